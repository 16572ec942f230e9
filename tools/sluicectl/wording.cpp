// Values as text.
#include "tools/sluicectl/wording.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "dataplane/base/address.hpp"

namespace sluice::ctl {

std::string counted(std::uint64_t number)
{
    std::string digits = std::to_string(number);
    for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
    return digits;
}

std::string counted(std::uint64_t number, std::string_view one, std::string_view many)
{
    return counted(number) + " " + std::string(number == 1 ? one : many);
}

std::string span(std::uint64_t seconds)
{
    const auto with_rest = [](std::uint64_t whole, char unit, std::uint64_t rest, char rest_unit) {
        return std::to_string(whole) + unit + (rest == 0 ? "" : " " + std::to_string(rest) + rest_unit);
    };
    const std::uint64_t minutes = seconds / 60;
    const std::uint64_t hours = minutes / 60;
    if (seconds < 120) return std::to_string(seconds) + " s";
    if (minutes < 60) return std::to_string(minutes) + "m";
    if (hours < 24) return with_rest(hours, 'h', minutes % 60, 'm');
    return with_rest(hours / 24, 'd', hours % 24, 'h');
}

std::string percent(double share)
{
    std::array<char, 32> out{};
    std::snprintf(out.data(), out.size(), "%.1f%%", share * 100);
    return out.data();
}

std::string address(std::string_view packed)
{
    if (packed.empty()) return std::string(nothing);
    const auto known = IpAddress::unpack(packed);
    return known ? known->text() : bytes_hexadecimal(packed);
}

std::string mac(std::string_view packed)
{
    MacAddress known;
    if (packed.empty()) return std::string(nothing);
    if (packed.size() != known.bytes.size()) return bytes_hexadecimal(packed);
    std::ranges::transform(packed, known.bytes.begin(), [](char byte) { return static_cast<std::uint8_t>(byte); });
    return known.text();
}

std::string prefix(const api::Address& prefix_address)
{
    return address(prefix_address.address()) + "/" + std::to_string(prefix_address.length());
}

std::string endpoint(std::string_view packed, std::uint32_t port)
{
    const bool brackets = packed.size() == 16;
    return (brackets ? "[" + address(packed) + "]" : address(packed)) + ":" + std::to_string(port);
}

std::string protocol(std::uint32_t number)
{
    switch (number) { // IANA's assigned protocol numbers
    case 1: return "icmp";
    case 6: return "tcp";
    case 17: return "udp";
    case 58: return "icmpv6";
    default: return std::to_string(number);
    }
}

std::string hexadecimal(std::uint32_t number)
{
    std::array<char, 16> out{};
    std::snprintf(out.data(), out.size(), "0x%x", number);
    return out.data();
}

std::string bytes_hexadecimal(std::string_view bytes)
{
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char character : bytes) {
        const auto byte = static_cast<unsigned char>(character);
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

} // namespace sluice::ctl
