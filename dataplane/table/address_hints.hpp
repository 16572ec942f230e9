// What a part of an address says about it in the public network, so that most packets between strangers are told from
// ours at once. Made by the table server's thread, read by every worker; 8.3 KB; part of an address may have nothing to
// say, which is no error.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace sluice::table {

class AddressHints {
public:
    using Address6 = std::array<std::uint8_t, 16>;

    // No address begins like that which is ours or whose packets we translate; and packets from and to all that do may
    // be forwarded (of IPv6 that is not said here).
    static constexpr std::uint8_t foreign = 0x01;
    // A service without sessions may have it.
    static constexpr std::uint8_t ring = 0x02;

    // Says nothing of any address.
    AddressHints() = default;
    // Every address is foreign that may be forwarded.
    static AddressHints all_foreign() noexcept
    {
        constexpr unsigned first_group = 224; // RFC 5771
        constexpr unsigned loopback = 127;
        AddressHints hints;
        hints.sites4_.fill(foreign);
        hints.sites6_.fill(foreign);
        hints.firsts4_.fill(ring);
        for (unsigned first = 1; first < first_group; ++first)
            if (first != loopback) hints.firsts4_[first] |= foreign;
        return hints;
    }

    // Not foreign any more, and perhaps more than that.
    void know(std::uint32_t raw_address, std::uint8_t hint) noexcept { know(sites4_[site(raw_address)], hint); }
    void know(const Address6& address, std::uint8_t hint) noexcept { know(sites6_[site(address)], hint); }
    // Of all in the prefix. A long one is known by its sites, which are few; a short one by the first byte.
    void know_prefix(std::uint32_t raw_address, std::uint32_t raw_mask) noexcept
    {
        constexpr std::uint32_t most_sites = 16;
        const std::uint32_t sites = (~__builtin_bswap32(raw_mask) >> 8) + 1;
        if (sites <= most_sites) {
            for (std::uint32_t i = 0; i < sites; ++i)
                know(raw_address | __builtin_bswap32(i << 8), 0);
            return;
        }
        for (std::uint32_t first = 0; first < firsts4_.size(); ++first)
            if (((first ^ raw_address) & raw_mask & 0xFF) == 0) know(firsts4_[first], 0);
    }

    [[nodiscard]] std::uint8_t of(std::uint32_t raw_address) const noexcept
    {
        return firsts4_[raw_address & 0xFF] & sites4_[site(raw_address)];
    }
    [[nodiscard]] std::uint8_t of(const Address6& address) const noexcept { return sites6_[site(address)]; }

private:
    static_assert(std::endian::native == std::endian::little);
    static constexpr unsigned site_bits = 12;
    using Sites = std::array<std::uint8_t, 1U << site_bits>;

    // By the first 24 bits, as neighbours are often of one kind.
    static std::uint32_t site(std::uint32_t raw_address) noexcept
    {
        return (raw_address << 8) * 0x9E3779B1U >> (32 - site_bits);
    }
    // By the first 64 bits.
    static std::uint64_t site(const Address6& address) noexcept
    {
        std::uint64_t first = 0;
        std::memcpy(&first, address.data(), sizeof first);
        return first * 0x9E3779B97F4A7C15U >> (64 - site_bits);
    }
    static void know(std::uint8_t& known, std::uint8_t hint) noexcept
    {
        known = static_cast<std::uint8_t>((known & ~foreign) | hint);
    }

    std::array<std::uint8_t, 256> firsts4_{}; // by the first byte; what both this and the site say holds
    Sites sites4_{};
    Sites sites6_{};
};

} // namespace sluice::table
