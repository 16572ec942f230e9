// Text and arithmetic of addresses. inet_pton/inet_ntop do the families' text forms: strict decimal, RFC 5952.
#include "dataplane/base/address.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>

namespace sluice {
namespace {

// The address as bytes, so that one loop serves both families.
std::array<std::uint8_t, 16> bytes_of(const IpAddress& address)
{
    std::array<std::uint8_t, 16> bytes{};
    const std::string packed = address.packed();
    std::copy(packed.begin(), packed.end(), bytes.begin());
    return bytes;
}

std::uint8_t mask_byte(unsigned length, unsigned index)
{
    const unsigned covered = length <= index * 8 ? 0 : std::min(8U, length - index * 8);
    return static_cast<std::uint8_t>(0xFF00U >> covered);
}

// RFC 4291 section 2.5.5.2: ::ffff:0:0/96.
bool is_ipv4_mapped(const Ipv6Address& address)
{
    constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    return std::equal(mapped.begin(), mapped.end(), address.bytes.begin());
}

template<class Address>
std::optional<Address> parse_family(std::string_view text, int family, void* into, Address& address)
{
    if (text.find('\0') != std::string_view::npos) return std::nullopt; // inet_pton would read up to it only
    const std::string terminated(text);
    if (inet_pton(family, terminated.c_str(), into) != 1) return std::nullopt;
    return address;
}

} // namespace

std::string MacAddress::text() const
{
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const std::uint8_t byte : bytes) {
        if (!out.empty()) out += ':';
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

std::optional<MacAddress> MacAddress::parse(std::string_view text)
{
    MacAddress mac;
    if (text.size() != 17) return std::nullopt;
    for (std::size_t i = 0; i < 6; ++i) {
        const char* first = text.data() + i * 3;
        const auto [end, error] = std::from_chars(first, first + 2, mac.bytes[i], 16);
        if (error != std::errc{} || end != first + 2 || (i < 5 && text[i * 3 + 2] != ':')) return std::nullopt;
    }
    return mac;
}

std::string Ipv4Address::text() const
{
    std::array<char, INET_ADDRSTRLEN> out{};
    const std::uint32_t network_order = htonl(value);
    return inet_ntop(AF_INET, &network_order, out.data(), out.size());
}

std::optional<Ipv4Address> Ipv4Address::parse(std::string_view text)
{
    Ipv4Address address;
    if (!parse_family(text, AF_INET, &address.value, address)) return std::nullopt;
    address.value = ntohl(address.value);
    return address;
}

std::string Ipv6Address::text() const
{
    std::array<char, INET6_ADDRSTRLEN> out{};
    return inet_ntop(AF_INET6, bytes.data(), out.data(), out.size());
}

std::optional<Ipv6Address> Ipv6Address::parse(std::string_view text)
{
    Ipv6Address address;
    if (!parse_family(text, AF_INET6, address.bytes.data(), address) || is_ipv4_mapped(address)) return std::nullopt;
    return address;
}

std::string IpAddress::packed() const
{
    if (is_v4()) {
        const std::uint32_t network_order = htonl(v4().value);
        return {reinterpret_cast<const char*>(&network_order), sizeof network_order};
    }
    const Ipv6Address address = v6();
    return {reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size()};
}

std::optional<IpAddress> IpAddress::unpack(std::string_view packed)
{
    if (packed.size() == 4) {
        std::uint32_t network_order = 0;
        std::memcpy(&network_order, packed.data(), sizeof network_order);
        return IpAddress(Ipv4Address{ntohl(network_order)});
    }
    if (packed.size() != 16) return std::nullopt;
    Ipv6Address address;
    std::memcpy(address.bytes.data(), packed.data(), packed.size());
    return IpAddress(address);
}

std::optional<IpAddress> IpAddress::parse(std::string_view text)
{
    if (const auto v4 = Ipv4Address::parse(text)) return IpAddress(*v4);
    if (const auto v6 = Ipv6Address::parse(text)) return IpAddress(*v6);
    return std::nullopt;
}

std::string Prefix::text() const
{
    return address.text() + "/" + std::to_string(length);
}

Prefix Prefix::masked() const
{
    std::string packed = address.packed();
    for (unsigned i = 0; i < packed.size(); ++i)
        packed[i] = static_cast<char>(static_cast<std::uint8_t>(packed[i]) & mask_byte(length, i));
    return {*IpAddress::unpack(packed), length};
}

bool Prefix::contains(const IpAddress& candidate) const
{
    if (candidate.is_v4() != address.is_v4()) return false;
    const auto ours = bytes_of(address);
    const auto theirs = bytes_of(candidate);
    for (unsigned i = 0; i * 8 < length; ++i)
        if (((ours[i] ^ theirs[i]) & mask_byte(length, i)) != 0) return false;
    return true;
}

bool Prefix::overlaps(const Prefix& other) const
{
    return length <= other.length ? contains(other.address) : other.contains(address);
}

std::optional<Prefix> Prefix::parse(std::string_view text)
{
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto address = IpAddress::parse(text.substr(0, slash));
    const std::string_view digits = text.substr(slash + 1);
    unsigned length = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    const bool whole = error == std::errc{} && end == digits.data() + digits.size();
    if (!address || !whole || length > address->bits() || (digits.size() > 1 && digits[0] == '0')) return std::nullopt;
    return Prefix{*address, length};
}

} // namespace sluice
