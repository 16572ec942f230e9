// Bytes, addresses as text, and the reference checksum for tests. Shares no code with dataplane/wire or dataplane/base,
// so that a mistake there cannot prove itself right here. Bad text throws std::invalid_argument.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::test {

using Bytes = std::vector<std::uint8_t>;
using ByteSpan = std::span<const std::uint8_t>;

// Big-endian, most significant byte first, `width` of them.
std::uint64_t read_number(ByteSpan bytes, std::size_t offset, std::size_t width);
void write_number(Bytes& bytes, std::size_t offset, std::size_t width, std::uint64_t value);
void append_number(Bytes& bytes, std::size_t width, std::uint64_t value);
Bytes numbers(std::initializer_list<std::pair<std::size_t, std::uint64_t>> fields); // {width, value}, …
void append(Bytes& bytes, ByteSpan more);

// "45 00 00:54" or "45000054": pairs of hexadecimal digits; blanks, colons and line ends between them do not matter.
Bytes hex(std::string_view text);
std::string to_hex(ByteSpan bytes);

Bytes parse_mac(std::string_view text);
Bytes parse_ipv4(std::string_view text);
Bytes parse_ipv6(std::string_view text);
std::string mac_text(ByteSpan bytes);
std::string address_text(ByteSpan bytes); // of 4 or 16 bytes

// The Internet checksum as RFC 1071 section 1 says it, one 16-bit word after the other.
std::uint16_t reference_checksum(ByteSpan bytes);

// The pseudo-header of RFC 9293 section 3.1 (4-byte addresses) or RFC 8200 section 8.1 (16-byte addresses).
Bytes pseudo_header(ByteSpan source, ByteSpan destination, std::uint8_t protocol, std::size_t length);

} // namespace sluice::test
