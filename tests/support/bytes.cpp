#include "tests/support/bytes.hpp"

#include <arpa/inet.h>
#include <cctype>
#include <stdexcept>

namespace sluice::test {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

Bytes parse_address(std::string_view text, int family, std::size_t length)
{
    Bytes result(length);
    if (inet_pton(family, std::string(text).c_str(), result.data()) != 1) {
        throw std::invalid_argument("not an address: " + std::string(text));
    }
    return result;
}

} // namespace

std::uint64_t read_number(ByteSpan bytes, std::size_t offset, std::size_t width)
{
    if (offset + width > bytes.size()) throw std::out_of_range("read behind the end of the packet");
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i)
        value = value << 8 | bytes[offset + i];
    return value;
}

void write_number(Bytes& bytes, std::size_t offset, std::size_t width, std::uint64_t value)
{
    if (offset + width > bytes.size()) throw std::out_of_range("write behind the end of the packet");
    for (std::size_t i = width; i-- > 0; value >>= 8)
        bytes[offset + i] = static_cast<std::uint8_t>(value);
}

void append_number(Bytes& bytes, std::size_t width, std::uint64_t value)
{
    bytes.resize(bytes.size() + width);
    write_number(bytes, bytes.size() - width, width, value);
}

Bytes numbers(std::initializer_list<std::pair<std::size_t, std::uint64_t>> fields)
{
    Bytes result;
    for (const auto& [width, value] : fields)
        append_number(result, width, value);
    return result;
}

void append(Bytes& bytes, ByteSpan more)
{
    bytes.insert(bytes.end(), more.begin(), more.end());
}

Bytes hex(std::string_view text)
{
    Bytes result;
    bool half = false;
    for (const char c : text) {
        if (std::isspace(static_cast<unsigned char>(c)) != 0 || c == ':') continue;
        const std::size_t digit = digits.find(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
        if (digit == std::string_view::npos) throw std::invalid_argument("not hexadecimal: " + std::string(text));
        if (!half) result.push_back(0);
        result.back() = static_cast<std::uint8_t>(std::size_t{result.back()} << 4 | digit);
        half = !half;
    }
    if (half) throw std::invalid_argument("half a byte: " + std::string(text));
    return result;
}

std::string to_hex(ByteSpan bytes)
{
    std::string result;
    for (const std::uint8_t byte : bytes) {
        result += digits[byte >> 4];
        result += digits[byte & 0xF];
    }
    return result;
}

Bytes parse_mac(std::string_view text)
{
    Bytes result = hex(text);
    if (result.size() != 6) throw std::invalid_argument("not a MAC address: " + std::string(text));
    return result;
}

Bytes parse_ipv4(std::string_view text)
{
    return parse_address(text, AF_INET, 4);
}
Bytes parse_ipv6(std::string_view text)
{
    return parse_address(text, AF_INET6, 16);
}

std::string mac_text(ByteSpan bytes)
{
    std::string result = to_hex(bytes);
    for (std::size_t at = 2; at < result.size(); at += 3)
        result.insert(at, 1, ':');
    return result;
}

std::string address_text(ByteSpan bytes)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(bytes.size() == 4 ? AF_INET : AF_INET6, bytes.data(), text.data(), text.size());
    return text.data();
}

std::uint16_t reference_checksum(ByteSpan bytes)
{
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        sum += i % 2 == 0 ? std::uint32_t{bytes[i]} << 8 : std::uint32_t{bytes[i]};
        sum = (sum & 0xFFFF) + (sum >> 16);
    }
    return static_cast<std::uint16_t>(~sum);
}

Bytes pseudo_header(ByteSpan source, ByteSpan destination, std::uint8_t protocol, std::size_t length)
{
    Bytes result;
    append(result, source);
    append(result, destination);
    const bool is_ipv4 = source.size() == 4;
    if (is_ipv4) {
        append_number(result, 2, protocol);
        append_number(result, 2, length);
    } else {
        append_number(result, 4, length);
        append_number(result, 4, protocol);
    }
    return result;
}

} // namespace sluice::test
