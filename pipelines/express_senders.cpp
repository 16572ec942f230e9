// Who sent what came by VXLAN. A packet does not name the machine's tunnel, which counts it; the way back to its source
// does. Machines send in trains, so what was found for one packet is mostly that of the next one.
#include "pipelines/express.hpp"
#include "pipelines/express_route.hpp"

namespace sluice {
namespace {

bool is_vxlan(const table::Exit& exit) noexcept
{
    return exit.kind == table::Exit::Kind::vxlan4 || exit.kind == table::Exit::Kind::vxlan6;
}

} // namespace

// The routes to the sources.
template<class Family>
void Express::find_senders() noexcept
{
    ExpressLane& lane = lane_;
    const ExpressList& machines = lane.of<Family>().machines;
    const unsigned count = machines.count;
    express::TrainRoute<Family> routes(tables_);
    for (unsigned i = 0; i < count; ++i) {
        Item& item = lane.items[machines.at[i]];
        item.sender = group_ahead(routes.find(item.network, key_of<Family>(item).source));
    }
}

// The hops that they lead to.
template<class Family>
void Express::take_senders() noexcept
{
    ExpressLane& lane = lane_;
    const ExpressList& machines = lane.of<Family>().machines;
    const unsigned count = machines.count;
    table::Target way = table::none;
    std::uint32_t hop = table::none;
    for (unsigned i = 0; i < count; ++i) {
        Item& item = lane.items[machines.at[i]];
        if (item.sender != way) {
            way = item.sender;
            hop = way == table::none ? table::none : tables_.pick(way, 0);
            if (hop != table::none) prefetch_to_read(&tables_.exits[hop].length);
        }
        item.sender = hop;
    }
}

// The tunnels that they are behind, and their counters on the way.
template<class Family>
void Express::find_sender_tunnels() noexcept
{
    ExpressLane& lane = lane_;
    const ExpressList& machines = lane.of<Family>().machines;
    const unsigned count = machines.count;
    std::uint32_t hop = table::none;
    std::uint32_t tunnel = table::none;
    for (unsigned i = 0; i < count; ++i) {
        Item& item = lane.items[machines.at[i]];
        if (!item.may_leave()) continue; // the general way finds out itself
        if (item.sender != hop) {
            hop = item.sender;
            const bool found = hop != table::none && is_vxlan(tables_.exits[hop]);
            tunnel = found ? tables_.exits[hop].counter : table::none;
            if (found) traffic_.prefetch_tunnel(tunnel);
        }
        item.tunnel = tunnel;
    }
}

template void Express::find_senders<V4>() noexcept; // for express.cpp
template void Express::find_senders<V6>() noexcept;
template void Express::take_senders<V4>() noexcept;
template void Express::take_senders<V6>() noexcept;
template void Express::find_sender_tunnels<V4>() noexcept;
template void Express::find_sender_tunnels<V6>() noexcept;

} // namespace sluice
