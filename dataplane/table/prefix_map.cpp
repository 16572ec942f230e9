// Building and searching prefix maps. IPv6 addresses are handled as two 64-bit halves in host order.
#include "dataplane/table/prefix_map.hpp"

#include <algorithm>
#include <bit>

namespace sluice::table {
namespace {

std::uint64_t load_big_endian(const std::uint8_t* bytes)
{
    std::uint64_t value = 0;
    std::memcpy(&value, bytes, sizeof value);
    return __builtin_bswap64(value);
}

// The first `length` of 64 bits; lengths beyond 64 cover all.
std::uint64_t mask64(unsigned length)
{
    if (length == 0) return 0;
    return ~std::uint64_t{0} << (64 - std::min(length, 64U));
}

std::array<std::uint64_t, 2> halves_of(const std::uint8_t* address)
{
    return {load_big_endian(address), load_big_endian(address + 8)};
}

unsigned highest_bit(std::uint64_t word)
{
    return 63U - static_cast<unsigned>(std::countl_zero(word));
}

} // namespace

PrefixMap::Key4 PrefixMap::key4(std::uint16_t network, std::uint32_t address, unsigned length)
{
    const auto mask = static_cast<std::uint32_t>(mask64(length) >> 32);
    return {address & mask, network, static_cast<std::uint16_t>(length)};
}

PrefixMap::Key6 PrefixMap::key6(std::uint16_t network, const std::array<std::uint64_t, 2>& address, unsigned length)
{
    const unsigned second = length > 64 ? length - 64 : 0;
    return {{address[0] & mask64(length), address[1] & mask64(second)}, network, length};
}

std::uint32_t PrefixMap::find4(std::uint16_t network, std::uint32_t address_host_order) const
{
    if (network >= lengths_.size()) return none;
    std::uint64_t left = lengths_[network].v4;
    while (left != 0) {
        const unsigned length = highest_bit(left);
        if (const std::uint32_t* value = v4_.find(key4(network, address_host_order, length))) return *value;
        left ^= std::uint64_t{1} << length;
    }
    return none;
}

std::uint32_t PrefixMap::find6(std::uint16_t network, const std::uint8_t* address) const
{
    if (network >= lengths_.size()) return none;
    const auto halves = halves_of(address);
    for (unsigned word = 3; word-- > 0;) {
        std::uint64_t left = lengths_[network].v6[word];
        while (left != 0) {
            const unsigned bit = highest_bit(left);
            if (const std::uint32_t* value = v6_.find(key6(network, halves, word * 64 + bit))) return *value;
            left ^= std::uint64_t{1} << bit;
        }
    }
    return none;
}

void PrefixMap::Builder::add(std::uint16_t network, const Prefix& prefix, std::uint32_t value)
{
    if (lengths_.size() <= network) lengths_.resize(std::size_t{network} + 1);
    Lengths& lengths = lengths_[network];
    if (prefix.address.is_v4()) {
        v4_.add(key4(network, prefix.address.v4().value, prefix.length), value);
        lengths.v4 |= std::uint64_t{1} << prefix.length;
    } else {
        v6_.add(key6(network, halves_of(prefix.address.v6().bytes.data()), prefix.length), value);
        lengths.v6[prefix.length / 64] |= std::uint64_t{1} << prefix.length % 64;
    }
}

PrefixMap PrefixMap::Builder::build() const
{
    PrefixMap map;
    map.v4_ = v4_.build();
    map.v6_ = v6_.build();
    map.lengths_ = lengths_;
    return map;
}

} // namespace sluice::table
