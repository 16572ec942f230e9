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
    std::optional<FibSlot> before;
    if (prefix.length > FibRoot::bits)
        before = deep_.put(prefix, value);
    else if (const auto [place, is_new] = top_.try_emplace(prefix, value); !is_new)
        before = std::exchange(place->second, value);
    if (!before) ++count_[prefix.length];
    return before;
}

std::optional<FibSlot> FibRib::erase(const FibPrefix& prefix)
{
    std::optional<FibSlot> before;
    if (prefix.length > FibRoot::bits)
        before = deep_.erase(prefix);
    else if (const auto node = top_.extract(prefix))
        before = node.mapped();
    if (before) --count_[prefix.length];
    return before;
}

std::optional<FibSlot> FibRib::find(const FibPrefix& prefix) const
{
    if (prefix.length > FibRoot::bits) {
        const FibSlot* found = deep_.find(prefix);
        return found == nullptr ? std::nullopt : std::optional(*found);
    }
    const auto found = top_.find(prefix);
    return found == top_.end() ? std::nullopt : std::optional(found->second);
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
