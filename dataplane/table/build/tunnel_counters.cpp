// Keep, free, assign: in this order, so that a transaction that replaces every tunnel fits when the tables are full.
#include "dataplane/table/build/tunnel_counters.hpp"

#include <utility>

namespace sluice::table {

std::optional<std::vector<std::uint32_t>> TunnelCounters::assign(std::span<const TunnelIdentity> wanted)
{
    std::map<TunnelIdentity, std::uint32_t> kept;
    for (const TunnelIdentity& identity : wanted)
        if (const auto known = indices_.find(identity); known != indices_.end()) kept.insert(*known);
    for (const auto& [identity, index] : indices_)
        if (!kept.contains(identity)) free_.push_back(index);

    std::vector<std::uint32_t> assigned;
    assigned.reserve(wanted.size());
    for (const TunnelIdentity& identity : wanted) {
        const auto [place, is_new] = kept.try_emplace(identity, 0);
        if (is_new) {
            const auto index = take();
            if (!index) return std::nullopt;
            place->second = *index;
        }
        assigned.push_back(place->second);
    }
    indices_ = std::move(kept);
    return assigned;
}

std::optional<std::uint32_t> TunnelCounters::take()
{
    if (used_ < limit_) return used_++;
    if (free_.empty()) return std::nullopt;
    const std::uint32_t index = free_.front();
    free_.pop_front();
    return index;
}

} // namespace sluice::table
