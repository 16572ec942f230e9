// First packets to services, over a burst. What the policy and the routes would find for each of them in the tables is
// found pass by pass, and a pair of session entries is filled with it; in its turn the packet only has to publish that
// (Express::begin), and the cap, its flow's session and the answer's key are asked then. One that is not simple is left
// to the general way, with its memory on the way.
//
//   bucket of the flow (there already) ─► service, slot of its ring ─► backend ─► both directions ─► the answer's
//                                         bucket · hop · the pair
//
// Each step is a pass and reads only what the one before has asked for.
#pragma once

#include <span>

#include "dataplane/burst/translation.hpp"
#include "dataplane/table/session_table.hpp"
#include "dataplane/table/snapshot.hpp"
#include "pipelines/express_item.hpp"
#include "pipelines/l4lb/balance.hpp"
#include "pipelines/traffic.hpp"

namespace sluice {

template<class Family>
class ServiceOpenings {
public:
    using Key = typename Family::Key;

    ServiceOpenings(const table::Snapshot& tables, table::SessionTable<Key>& sessions, table::PairReserve& reserve,
                    ExpressLane& lane, Traffic& traffic)
        : tables_(tables)
        , sessions_(sessions)
        , reserve_(reserve)
        , traffic_(traffic)
        , starts_(lane.starts<Family>())
    {
        starts_.count = 0;
    }

    // Whether it is to a service with sessions; then its slot is on the way.
    [[nodiscard]] bool add(ExpressItem& item) noexcept;
    void fetch_backends() noexcept;
    // The session of each, and its answer's bucket on the way.
    void compose(std::uint32_t tick) noexcept;
    // Precondition: all pairs that the burst may want are in the reserve.
    void make_ready() noexcept;

private:
    using Start = ExpressStart<Family>;

    [[nodiscard]] const table::Service* find(const Key& key) const noexcept;
    [[nodiscard]] bool compose(Start& start, std::uint32_t tick) noexcept;
    void make_ready(Start& start) noexcept;
    [[nodiscard]] std::uint32_t find_hop(Start& start) noexcept;
    [[nodiscard]] bool wants_clamp(const ExpressItem& item) const noexcept;
    [[nodiscard]] std::span<Start> starts() noexcept { return std::span(starts_.at).first(starts_.count); }

    const table::Snapshot& tables_;
    table::SessionTable<Key>& sessions_;
    table::PairReserve& reserve_;
    Traffic& traffic_;
    ExpressStarts<Family>& starts_;
    // What the packet before was to: floods and rushes are to one service.
    typename Family::Address destination_{};
    std::uint16_t port_ = 0;
    std::uint8_t protocol_ = 0; // nobody's
    const table::Service* service_ = nullptr;
    l4lb::Slots slots_; // of its ring
};

extern template class ServiceOpenings<V4>;
extern template class ServiceOpenings<V6>;

} // namespace sluice
