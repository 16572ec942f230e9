#include "dataplane/table/build/tunnels.hpp"

#include <algorithm>

namespace sluice::table {
namespace {

void set_inner(Tunnel& tunnel, const Prefix& inside)
{
    if (inside.length != inside.address.bits()) return;
    const std::string packed = inside.address.packed();
    tunnel.inner = {};
    std::copy(packed.begin(), packed.end(), tunnel.inner.begin());
    tunnel.inner_family = inside.address.is_v4() ? 4 : 6;
}

bool is_inner(const Tunnel& tunnel, const Prefix& inside)
{
    return tunnel.inner_family != 0 && inside.length == inside.address.bits() &&
           tunnel.inner_address() == inside.address;
}

} // namespace

std::uint32_t Tunnels::hold(const TunnelIdentity& identity, const Prefix& inside)
{
    const auto [place, is_new] = hops_of_.try_emplace(identity);
    if (is_new) {
        const std::uint32_t index = rows_.take();
        const bool is_vxlan = identity.kind == Tunnel::Kind::vxlan;
        const std::uint32_t hop = hops_.take({index, 0, is_vxlan ? Hop::Kind::vxlan : Hop::Kind::gtpu});
        place->second = hop;
        const std::uint32_t far_end = far_end_towards(identity.remote);
        rows_.change(index) = {far_end, identity.id, {}, identity.network, identity.kind, 0};
        if (states_.size() <= index) states_.resize(index + 1);
        states_[index] = {&place->first, tunnels_to_[far_end].size()};
        tunnels_to_[far_end].push_back(hop);
    }
    const std::uint32_t tunnel = hops_[place->second].index;
    if (rows_[tunnel].inner_family == 0) set_inner(rows_.change(tunnel), inside);
    hops_.hold(place->second);
    return place->second;
}

void Tunnels::forget(const TunnelIdentity& identity, const Prefix& inside)
{
    const auto place = hops_of_.find(identity);
    if (place == hops_of_.end()) return;
    const std::uint32_t tunnel = hops_[place->second].index;
    if (is_inner(rows_[tunnel], inside)) rows_.change(tunnel).inner_family = 0;
}

std::optional<Tunnels::GoneEnd> Tunnels::let_go(std::uint32_t hop)
{
    const std::uint32_t index = hops_[hop].index;
    const std::uint32_t far_end = rows_[index].far_end;
    std::vector<std::uint32_t>& others = tunnels_to_[far_end];
    const std::size_t place = states_[index].place;
    others[place] = others.back();
    states_[hops_[others[place]].index].place = place;
    others.pop_back();
    hops_of_.erase(*states_[index].identity);
    states_[index] = {};
    rows_.give(index);
    hops_.give(hop);
    if (!others.empty()) return std::nullopt;
    const FarEnd gone = far_end_rows_[far_end];
    far_ends_.erase(gone.remote);
    far_end_rows_.give(far_end);
    return GoneEnd{far_end, gone.underlay};
}

std::uint32_t Tunnels::far_end_towards(const IpAddress& remote)
{
    const auto [place, is_new] = far_ends_.try_emplace(remote);
    if (is_new) {
        place->second = far_end_rows_.take();
        far_end_rows_.change(place->second) = {remote, none};
        if (tunnels_to_.size() <= place->second) tunnels_to_.resize(place->second + 1);
        new_.push_back(place->second);
    }
    return place->second;
}

void Tunnels::set_underlay(std::uint32_t far_end, Target underlay)
{
    far_end_rows_.change(far_end).underlay = underlay;
    mark_all_of(far_end);
}

void Tunnels::mark_all_of(std::uint32_t far_end)
{
    for (const std::uint32_t hop : tunnels_to_[far_end])
        hops_.mark(hop);
}

void Tunnels::mark_all()
{
    for (const auto& [remote, far_end] : far_ends_)
        mark_all_of(far_end);
}

void Tunnels::mark_network(std::uint16_t network)
{
    for (const auto& [identity, hop] : hops_of_)
        if (identity.network == network) hops_.mark(hop);
}

} // namespace sluice::table
