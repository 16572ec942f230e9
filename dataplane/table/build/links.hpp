// Hops that leave by a link: one for each (interface, gateway) that a route, an underlay or a neighbour names, and one
// for each interface that is on link. A neighbour that comes or goes changes its hop in place, so nobody who holds it
// has to be asked. Used by the table server's thread only.
#pragma once

#include <map>
#include <set>
#include <tuple>

#include "dataplane/table/build/hop_store.hpp"
#include "dataplane/table/build/row_map_store.hpp"

namespace sluice::table {

class Links {
public:
    explicit Links(HopStore& hops)
        : hops_(hops)
    {
    }

    // Each call is one hold on the hop that it gives.
    [[nodiscard]] std::uint32_t hold_on_link(std::uint16_t interface);
    [[nodiscard]] std::uint32_t hold_gateway(std::uint16_t interface, const IpAddress& gateway);
    // Nobody holds it any more.
    void let_go(std::uint32_t hop);

    // The MAC address of whoever answers for `address`; a known one holds its hop. True: nobody was known before.
    bool set_neighbor(std::uint16_t interface, const IpAddress& address, const MacAddress& mac);
    // Gives the hop that the neighbour held; the caller releases it.
    [[nodiscard]] std::uint32_t clear_neighbor(std::uint16_t interface, const IpAddress& address);

    [[nodiscard]] const Adjacency& adjacency(std::uint32_t hop) const { return adjacencies_[hops_[hop].index]; }
    // The tunnels' ends whose underlay leads over a hop.
    void connect(std::uint32_t hop, std::uint32_t far_end) { far_ends_over_[hop].insert(far_end); }
    void disconnect(std::uint32_t hop, std::uint32_t far_end);
    [[nodiscard]] const std::set<std::uint32_t>& far_ends_over(std::uint32_t hop) const;

    void publish(Snapshot& out)
    {
        out.adjacencies = adjacencies_.publish();
        out.neighbors = neighbors_.publish();
    }

private:
    using Key = std::tuple<Hop::Kind, std::uint16_t, IpAddress>;

    [[nodiscard]] std::uint32_t hold(Hop::Kind kind, std::uint16_t interface, const IpAddress& gateway);

    HopStore& hops_;
    RowStore<Adjacency> adjacencies_;
    RowMapStore<NeighborRow> neighbors_;
    std::map<Key, std::uint32_t> links_; // of gateways under `unresolved`, known or not
    std::map<std::uint32_t, std::set<std::uint32_t>> far_ends_over_;
};

} // namespace sluice::table
