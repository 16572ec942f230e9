// Bytes read through a header struct and a header struct read as bytes, without a cast between them.
#pragma once

#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include "dataplane/wire/endian.hpp"
#include "tests/support/bytes.hpp"

namespace sluice::test {

// `text` is as hex() reads it and must have exactly the header's size.
template<class Header>
Header laid(std::string_view text)
{
    static_assert(std::is_trivially_copyable_v<Header> && alignof(Header) == 1);
    const Bytes bytes = hex(text);
    if (bytes.size() != sizeof(Header)) throw std::invalid_argument("not the size of this header");
    Header header;
    std::memcpy(&header, bytes.data(), bytes.size());
    return header;
}

template<class Header>
std::string bytes_of(const Header& header)
{
    static_assert(std::is_trivially_copyable_v<Header>);
    Bytes bytes(sizeof header);
    std::memcpy(bytes.data(), &header, bytes.size());
    return to_hex(bytes);
}

} // namespace sluice::test
