// Hops that are tunnels, one for each identity, and the far ends that they share. Used by the table server's thread
// only.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "dataplane/table/build/hop_store.hpp"
#include "dataplane/table/build/tunnel_counters.hpp"

namespace sluice::table {

class Tunnels {
public:
    explicit Tunnels(HopStore& hops)
        : hops_(hops)
    {
    }

    // Each call is one hold on the hop that it gives. `inside`: what the route leads to; one address is shown as the
    // machine or phone behind the tunnel.
    [[nodiscard]] std::uint32_t hold(const TunnelIdentity& identity, const Prefix& inside);
    // The route to `inside` is gone.
    void forget(const TunnelIdentity& identity, const Prefix& inside);
    // Nobody holds it any more. When its far end went with it: which, and the underlay, for the caller to release.
    struct GoneEnd {
        std::uint32_t far_end;
        Target underlay;
    };
    [[nodiscard]] std::optional<GoneEnd> let_go(std::uint32_t hop);

    [[nodiscard]] const TunnelIdentity& identity(std::uint32_t hop) const
    {
        return *states_[hops_[hop].index].identity;
    }
    [[nodiscard]] const FarEnd& far_end_of(std::uint32_t hop) const
    {
        return far_end_rows_[rows_[hops_[hop].index].far_end];
    }
    [[nodiscard]] std::size_t size() const { return hops_of_.size(); }

    // ---- Far ends.
    using FarEnds = std::map<IpAddress, std::uint32_t>;
    [[nodiscard]] const FarEnds& far_ends() const { return far_ends_; }
    [[nodiscard]] const FarEnd& far_end(std::uint32_t index) const { return far_end_rows_[index]; }
    void set_underlay(std::uint32_t far_end, Target underlay); // marks its tunnels
    void mark_all_of(std::uint32_t far_end);
    void mark_all();
    void mark_network(std::uint16_t network);
    [[nodiscard]] bool is_there(std::uint32_t far_end) const { return !tunnels_to_[far_end].empty(); }
    // Those that came since it was called last; some may be gone by now.
    [[nodiscard]] std::vector<std::uint32_t> take_new() { return std::exchange(new_, {}); }

    void publish(Snapshot& out)
    {
        out.tunnels = rows_.publish();
        out.far_ends = far_end_rows_.publish();
    }
    [[nodiscard]] std::size_t bytes_used() const { return rows_.bytes_used() + far_end_rows_.bytes_used(); }

private:
    struct State {
        const TunnelIdentity* identity = nullptr;
        std::size_t place = 0; // in its end's list
    };

    [[nodiscard]] std::uint32_t far_end_towards(const IpAddress& remote);

    HopStore& hops_;
    RowStore<Tunnel> rows_;
    std::vector<State> states_; // by tunnel
    std::map<TunnelIdentity, std::uint32_t> hops_of_;

    RowStore<FarEnd> far_end_rows_;
    FarEnds far_ends_;
    std::vector<std::vector<std::uint32_t>> tunnels_to_; // hops, by end
    std::vector<std::uint32_t> new_;
};

} // namespace sluice::table
