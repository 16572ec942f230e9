#include "pipelines/ip/hold.hpp"

#include <algorithm>

#include "dataplane/table/exact_map.hpp"

namespace sluice::ip {
namespace {

std::uint64_t spread(const Hold::Target& target)
{
    return table::mix_key(table::words_of(table::key_of(target.interface, target.address)));
}

} // namespace

// The target's own place, or a free one within a few steps of where its hash leads.
Hold::Waiting* Hold::place_for(const Target& target) noexcept
{
    const std::uint64_t start = spread(target);
    Waiting* free = nullptr;
    for (unsigned probe = 0; probe < probes; ++probe) {
        Waiting& waiting = waiting_[(start + probe) % targets];
        if (waiting.count == 0) {
            if (free == nullptr) free = &waiting;
        } else if (waiting.target.interface == target.interface && waiting.target.address == target.address) {
            return &waiting;
        }
    }
    return free;
}

Hold::Held Hold::add(const Packet& packet, const Target& target, std::uint64_t now) noexcept
{
    Waiting* waiting = place_for(target);
    if (waiting == nullptr) return {};
    Held result{.taken = true, .ask = waiting->count == 0, .pushed = std::nullopt};
    if (waiting->count == 0) {
        ++used_;
        waiting->target = target;
        waiting->since = waiting->asked = now;
    } else if (waiting->count == packets_per_target) {
        result.pushed = waiting->packets[0];
        std::copy(waiting->packets.begin() + 1, waiting->packets.end(), waiting->packets.begin());
        --waiting->count;
    }
    waiting->packets[waiting->count++] = packet;
    return result;
}

} // namespace sluice::ip
