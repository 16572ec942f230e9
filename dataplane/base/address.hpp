// Addresses as values in host order, their text forms, and prefixes. No wire layout here: see dataplane/wire.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace sluice {

struct MacAddress {
    std::array<std::uint8_t, 6> bytes{};

    auto operator<=>(const MacAddress&) const = default;
    [[nodiscard]] std::string text() const; // "52:54:00:00:01:31"
    [[nodiscard]] static std::optional<MacAddress>
    parse(std::string_view text); // six hex pairs with colons, nothing else
};

struct Ipv4Address {
    std::uint32_t value = 0; // host order

    auto operator<=>(const Ipv4Address&) const = default;
    [[nodiscard]] std::string text() const;
    [[nodiscard]] static std::optional<Ipv4Address>
    parse(std::string_view text); // four decimal octets, no leading zeros
    static constexpr unsigned bits = 32;
};

struct Ipv6Address {
    std::array<std::uint8_t, 16> bytes{}; // network order, as RFC 4291 writes them

    auto operator<=>(const Ipv6Address&) const = default;
    [[nodiscard]] std::string text() const; // RFC 5952
    // Any form of RFC 4291 section 2.2, without a zone; not IPv4-mapped, as an IPv4 address has one form here.
    [[nodiscard]] static std::optional<Ipv6Address> parse(std::string_view text);
    static constexpr unsigned bits = 128;
};

// Either family. Ordered: every IPv4 address before every IPv6 address.
class IpAddress {
public:
    IpAddress() = default;
    IpAddress(Ipv4Address address)
        : value_(address)
    {
    }
    IpAddress(Ipv6Address address)
        : value_(address)
    {
    }

    [[nodiscard]] bool is_v4() const { return std::holds_alternative<Ipv4Address>(value_); }
    [[nodiscard]] Ipv4Address v4() const { return std::get<Ipv4Address>(value_); } // precondition: is_v4()
    [[nodiscard]] Ipv6Address v6() const { return std::get<Ipv6Address>(value_); } // precondition: !is_v4()
    [[nodiscard]] unsigned bits() const { return is_v4() ? Ipv4Address::bits : Ipv6Address::bits; }
    [[nodiscard]] std::string text() const { return is_v4() ? v4().text() : v6().text(); }
    // Network-order bytes, 4 or 16 of them: the form of the API.
    [[nodiscard]] std::string packed() const;
    [[nodiscard]] static std::optional<IpAddress> unpack(std::string_view packed);
    [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);

    auto operator<=>(const IpAddress&) const = default;

private:
    std::variant<Ipv4Address, Ipv6Address> value_;
};

// An address with a length; host bits are kept (an interface address is one), `masked` clears them.
struct Prefix {
    IpAddress address;
    unsigned length = 0; // 0..32 or 0..128

    auto operator<=>(const Prefix&) const = default;
    [[nodiscard]] std::string text() const;
    [[nodiscard]] Prefix masked() const;
    [[nodiscard]] bool contains(const IpAddress& candidate) const; // false for the other family
    [[nodiscard]] bool overlaps(const Prefix& other) const;
    [[nodiscard]] static std::optional<Prefix> parse(std::string_view text); // "10.1.0.0/24"; the length is required
};

} // namespace sluice
