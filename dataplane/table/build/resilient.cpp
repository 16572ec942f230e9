#include "dataplane/table/build/resilient.hpp"

#include <algorithm>
#include <cmath>

#include "dataplane/base/mix.hpp"
#include "dataplane/table/snapshot.hpp"

namespace sluice::table {
namespace {

std::uint64_t throw_of(const Member& member, std::uint64_t slot)
{
    return mix64(member.identity ^ mix64(slot + 1));
}

// The waiting time for the first of `weight` events: the shortest one wins in proportion to the weights.
double waiting_time(const Member& member, std::uint64_t slot)
{
    const double uniform = (static_cast<double>(throw_of(member, slot) >> 11) + 0.5) * 0x1p-53; // within (0, 1)
    return -std::log(uniform) / member.weight;
}

} // namespace

std::vector<std::uint32_t> resilient_slots(std::span<const Member> members)
{
    if (members.empty()) return {};
    const bool are_equal = std::all_of(members.begin(), members.end(),
                                       [&](const Member& member) { return member.weight == members[0].weight; });
    std::vector<std::uint32_t> slots(Group::slot_count);
    for (std::size_t slot = 0; slot < slots.size(); ++slot) {
        const auto has_less = [&](const Member& left, const Member& right) {
            if (are_equal) return throw_of(left, slot) < throw_of(right, slot);
            return waiting_time(left, slot) > waiting_time(right, slot);
        };
        slots[slot] = std::max_element(members.begin(), members.end(), has_less)->hop;
    }
    return slots;
}

} // namespace sluice::table
