// Values as text.
#include "tools/sluicectl/wording.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "dataplane/base/address.hpp"

namespace sluice::ctl {
namespace {

struct ProtocolName {
    std::uint32_t number; // IANA's assigned protocol numbers
    std::string_view name;
};
constexpr std::array<ProtocolName, 4> protocol_names{{{1, "icmp"}, {6, "tcp"}, {17, "udp"}, {58, "icmpv6"}}};

} // namespace

std::string known(const std::string& text)
{
    return text.empty() ? std::string(nothing) : text;
}

std::string counted(std::uint64_t number)
{
    std::string digits = std::to_string(number);
    for (std::size_t at = digits.size(); at > 3; at -= 3)
        digits.insert(at - 3, 1, ',');
    return digits;
}

std::string counted(std::uint64_t number, std::string_view one, std::string_view many)
{
    return counted(number).append(1, ' ').append(number == 1 ? one : many);
}

std::string span(std::uint64_t seconds)
{
    const auto with_rest = [](std::uint64_t whole, char unit, std::uint64_t rest, char rest_unit) {
        const std::string first = std::to_string(whole) + unit;
        return rest == 0 ? first : first + ' ' + std::to_string(rest) + rest_unit;
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
    return address(prefix_address.address()).append(1, '/').append(std::to_string(prefix_address.length()));
}

std::string endpoint(std::string_view packed, std::uint32_t port)
{
    std::string out = address(packed);
    if (packed.size() == 16) out.insert(0, 1, '[').append(1, ']');
    return out.append(1, ':').append(std::to_string(port));
}

std::string protocol(std::uint32_t number)
{
    const auto* known = std::ranges::find(protocol_names, number, &ProtocolName::number);
    return known == protocol_names.end() ? std::to_string(number) : std::string(known->name);
}

std::optional<std::uint32_t> protocol_number(std::string_view text)
{
    const auto* known = std::ranges::find(protocol_names, text, &ProtocolName::name);
    if (known != protocol_names.end()) return known->number;
    std::uint8_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
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
