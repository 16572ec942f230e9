// Whether a network's tables might know an address, told by a part of it: most packets are between strangers, and are
// told from ours at once. Made by the table server's thread, read by every worker; 8 KB for all networks; it cannot
// fill: the more is known, the more strangers are taken for acquaintances, which costs time only.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace sluice::table {

class AddressHints {
public:
    using Address6 = std::array<std::uint8_t, 16>;

    // No such address is ours, nor translated because of a row of its own. The sources of NAT rules are prefixes: see
    // first() of the public network, and Network::sources.
    static constexpr std::uint8_t foreign = 0x01;
    // A service without sessions may have it.
    static constexpr std::uint8_t ring = 0x02;

    AddressHints() noexcept
    {
        constexpr unsigned first_group = 224; // RFC 5771
        constexpr unsigned loopback = 127;
        sites4_.fill(foreign);
        sites6_.fill(foreign);
        for (unsigned first = 1; first < first_group; ++first)
            firsts4_[first] = first == loopback ? 0 : foreign;
    }

    // Not foreign any more in that network, and perhaps more than that. IPv4 addresses in raw order.
    void know(std::uint16_t network, std::uint32_t address, std::uint8_t hint) noexcept
    {
        know(sites4_[site(network, address)], hint);
    }
    void know(std::uint16_t network, const Address6& address, std::uint8_t hint) noexcept
    {
        know(sites6_[site(network, address)], hint);
    }

    // In the public network a packet from there may be translated.
    void know_source(std::uint32_t address, std::uint32_t mask) noexcept
    {
        for (std::uint32_t first = 0; first < firsts4_.size(); ++first)
            if (((first ^ address) & mask & 0xFF) == 0) firsts4_[first] = 0;
    }

    // `foreign`: in the public network no packet from an address with the same first byte is translated, and packets
    // from and to all of these may be forwarded.
    [[nodiscard]] std::uint8_t first(std::uint32_t address) const noexcept { return firsts4_[address & 0xFF]; }
    // The hints of all addresses of the same site.
    [[nodiscard]] std::uint8_t of(std::uint16_t network, std::uint32_t address) const noexcept
    {
        return sites4_[site(network, address)];
    }
    [[nodiscard]] std::uint8_t of(std::uint16_t network, const Address6& address) const noexcept
    {
        return sites6_[site(network, address)];
    }

private:
    static_assert(std::endian::native == std::endian::little);
    static constexpr unsigned site_bits = 12;
    using Sites = std::array<std::uint8_t, 1U << site_bits>;

    // By the first 24 bits, as neighbours are often of one kind.
    static std::uint32_t site(std::uint16_t network, std::uint32_t address) noexcept
    {
        return ((address << 8) + network * 0x85EB'CA6BU) * 0x9E37'79B1U >> (32 - site_bits);
    }
    // By the first 64 bits.
    static std::uint64_t site(std::uint16_t network, const Address6& address) noexcept
    {
        std::uint64_t first = 0;
        std::memcpy(&first, address.data(), sizeof first);
        return (first + network * 0xC2B2'AE3D'27D4'EB4FU) * 0x9E37'79B9'7F4A'7C15U >> (64 - site_bits);
    }
    static void know(std::uint8_t& known, std::uint8_t hint) noexcept
    {
        known = static_cast<std::uint8_t>((known & ~foreign) | hint);
    }

    std::array<std::uint8_t, 256> firsts4_{};
    Sites sites4_;
    Sites sites6_;
};

} // namespace sluice::table
