#include "dataplane/table/fib_rib.hpp"

#include <algorithm>
#include <utility>

namespace sluice::table {
namespace {

// The first `length` of 64 bits; lengths beyond 64 cover all.
std::uint64_t mask64(unsigned length)
{
    return length == 0 ? 0 : ~std::uint64_t{0} << (64 - std::min(length, 64U));
}

std::uint64_t big_endian(const std::uint8_t* bytes)
{
    std::uint64_t value = 0;
    for (unsigned i = 0; i < sizeof value; ++i)
        value = value << 8 | bytes[i];
    return value;
}

} // namespace

FibPrefix FibPrefix::of(const Prefix& prefix)
{
    FibPrefix result;
    if (prefix.address.is_v4()) {
        result.high = std::uint64_t{prefix.address.v4().value} << 32;
    } else {
        const auto bytes = prefix.address.v6().bytes;
        result.high = big_endian(bytes.data());
        result.low = big_endian(bytes.data() + 8);
    }
    return result.shortened(prefix.length);
}

FibPrefix FibPrefix::shortened(unsigned to) const
{
    return {high & mask64(to), low & mask64(to > 64 ? to - 64 : 0), to};
}

std::optional<FibSlot> FibRib::put(const FibPrefix& prefix, FibSlot value)
{
    const auto put_into = [&](auto& map) -> std::optional<FibSlot> {
        const auto [place, is_new] = map.try_emplace(prefix, value);
        if (!is_new) return std::exchange(place->second, value);
        ++count_[prefix.length];
        return std::nullopt;
    };
    return prefix.length <= FibRoot::bits ? put_into(top_) : put_into(deep_);
}

std::optional<FibSlot> FibRib::erase(const FibPrefix& prefix)
{
    const auto erase_from = [&](auto& map) -> std::optional<FibSlot> {
        const auto node = map.extract(prefix);
        if (node.empty()) return std::nullopt;
        --count_[prefix.length];
        return node.mapped();
    };
    return prefix.length <= FibRoot::bits ? erase_from(top_) : erase_from(deep_);
}

std::optional<FibSlot> FibRib::find(const FibPrefix& prefix) const
{
    const auto find_in = [&](const auto& map) -> std::optional<FibSlot> {
        const auto found = map.find(prefix);
        return found == map.end() ? std::nullopt : std::optional(found->second);
    };
    return prefix.length <= FibRoot::bits ? find_in(top_) : find_in(deep_);
}

FibSlot FibRib::covering(const FibPrefix& prefix) const
{
    for (unsigned length = prefix.length + 1; length-- > shortest_beside(prefix.length);) {
        if (count_[length] == 0) continue;
        if (const auto value = find(prefix.shortened(length))) return *value;
    }
    return no_route;
}

void FibRib::move_on(FibPrefix& prefix)
{
    if (prefix.length <= 64)
        prefix.high += std::uint64_t{1} << (64 - prefix.length);
    else
        prefix.low += std::uint64_t{1} << (128 - prefix.length);
}

} // namespace sluice::table
