// Routes, their next hops, neighbours and tunnels. A hop knows at once whether its neighbour answers, so a packet asks
// one table less; the price is that a new neighbour builds all of this anew.
#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "dataplane/table/build/assemble.hpp"
#include "dataplane/table/build/exits.hpp"
#include "dataplane/table/build/fields.hpp"
#include "dataplane/table/build/tunnel_header.hpp"
#include "dataplane/table/route_table.hpp"

namespace sluice::table {
namespace {

constexpr std::uint32_t largest_group = 256; // members after weights are written out

class Forwarding {
public:
    explicit Forwarding(Assembly& assembly)
        : assembly_(assembly)
        , out_(assembly.out)
    {
    }

    Result<void> build()
    {
        clear();
        add_neighbors();
        add_routes();
        if (auto good = number_tunnels(); !good) return good;
        out_.routes = routes_.build();
        finish_tunnels();
        add_teids();
        return {};
    }

private:
    using HopKey = std::tuple<Hop::Kind, std::uint32_t, IpAddress>; // kind, interface or tunnel, gateway

    void clear()
    {
        out_.groups.clear();
        out_.hops.clear();
        out_.exits.clear();
        out_.adjacencies.clear();
        out_.tunnels.clear();
    }

    void add_neighbors()
    {
        ExactMap<AddressKey, std::uint32_t>::Builder neighbors;
        for (const auto& [key, object] : assembly_.objects.of(Kind::kNeighbor)) {
            const api::Neighbor& from = object.neighbor();
            const auto interface = narrow(from.interface());
            Hop hop{Hop::Kind::adjacency, interface, out_.interfaces[interface].mtu,
                    static_cast<std::uint32_t>(out_.adjacencies.size()), ip_of(from.address())};
            out_.adjacencies.push_back({interface, mac_of(from.mac())});
            neighbors.add(key_of(interface, hop.gateway), static_cast<std::uint32_t>(out_.hops.size()));
            out_.hops.push_back(hop);
        }
        out_.neighbors = neighbors.build();
    }

    void add_routes()
    {
        for (const auto& [key, object] : assembly_.objects.of(Kind::kRoute)) {
            const api::Route& route = object.route();
            routes_.put(narrow(route.network()), prefix_of(route.prefix()), group_of(members_of(route)));
        }
    }

    // Hops as often as their weight says, in the smallest numbers that keep the proportion.
    std::vector<std::uint32_t> members_of(const api::Route& route)
    {
        std::uint32_t divisor = 0;
        std::uint64_t total = 0;
        for (const api::NextHop& hop : route.hops()) {
            divisor = std::gcd(divisor, weight_of(hop));
            total += weight_of(hop);
        }
        std::vector<std::uint32_t> members;
        for (const api::NextHop& hop : route.hops()) {
            std::uint64_t times = weight_of(hop) / divisor;
            if (total / divisor > largest_group)
                times = std::max<std::uint64_t>(1, weight_of(hop) * largest_group / total);
            members.insert(members.end(), times, hop_of(route, hop));
        }
        return members;
    }

    static std::uint32_t weight_of(const api::NextHop& hop) { return std::max(hop.weight(), 1U); }

    std::uint32_t hop_of(const api::Route& route, const api::NextHop& hop)
    {
        if (hop.has_vxlan() || hop.has_gtpu()) return tunnel_hop(route, hop);
        const auto interface = narrow(hop.interface());
        if (hop.gateway().empty()) return shared_hop(Hop::Kind::on_link, interface, {});
        return neighbor_hop(interface, ip_of(hop.gateway()));
    }

    std::uint32_t neighbor_hop(std::uint16_t interface, const IpAddress& gateway)
    {
        const std::uint32_t* known = out_.neighbors.find(key_of(interface, gateway));
        return known != nullptr ? *known : shared_hop(Hop::Kind::unresolved, interface, gateway);
    }

    std::uint32_t shared_hop(Hop::Kind kind, std::uint16_t interface, const IpAddress& gateway)
    {
        const auto [place, is_new] =
            hops_.try_emplace(HopKey{kind, interface, gateway}, static_cast<std::uint32_t>(out_.hops.size()));
        if (is_new) out_.hops.push_back({kind, interface, out_.interfaces[interface].mtu, none, gateway});
        return place->second;
    }

    std::uint32_t tunnel_hop(const api::Route& route, const api::NextHop& from)
    {
        TunnelIdentity identity;
        identity.network = narrow(route.network());
        if (from.has_vxlan()) {
            identity.kind = Tunnel::Kind::vxlan;
            identity.id = from.vxlan().vni();
            identity.remote = ip_of(from.vxlan().vtep());
            identity.mac = mac_of(from.vxlan().mac());
        } else {
            identity.kind = Tunnel::Kind::gtpu;
            identity.id = from.gtpu().teid();
            identity.remote = ip_of(from.gtpu().peer());
        }
        const auto [place, is_new] = tunnels_.try_emplace(identity, static_cast<std::uint32_t>(out_.hops.size()));
        if (is_new) {
            const bool is_vxlan = identity.kind == Tunnel::Kind::vxlan;
            out_.hops.push_back({is_vxlan ? Hop::Kind::vxlan : Hop::Kind::gtpu,
                                 0,
                                 0,
                                 static_cast<std::uint32_t>(out_.tunnels.size()),
                                 {}});
            Tunnel tunnel;
            tunnel.kind = identity.kind;
            tunnel.network = identity.network;
            tunnel.id = identity.id;
            tunnel.remote = identity.remote;
            const Prefix inner = prefix_of(route.prefix());
            if (inner.length == inner.address.bits()) tunnel.inner = inner.address;
            out_.tunnels.push_back(tunnel);
            identities_.push_back(identity);
        }
        return place->second;
    }

    std::uint32_t group_of(const std::vector<std::uint32_t>& members)
    {
        const auto [place, is_new] = groups_.try_emplace(members, static_cast<std::uint32_t>(out_.groups.size()));
        if (is_new) out_.groups.push_back({members, smallest_mtu(members), members.size() == 1 ? members[0] : none});
        return place->second;
    }

    std::uint16_t smallest_mtu(const std::vector<std::uint32_t>& members) const
    {
        std::uint16_t mtu = 0xFFFF;
        for (const std::uint32_t hop : members)
            mtu = std::min(mtu, out_.hops[hop].mtu);
        return members.empty() ? std::uint16_t{0} : mtu;
    }

    Result<void> number_tunnels()
    {
        for (const auto& [key, object] : assembly_.objects.of(Kind::kGtpuTunnel)) {
            const api::GtpuTunnel& from = object.gtpu_tunnel();
            TunnelIdentity identity{
                Tunnel::Kind::gtpu, narrow(from.network()), from.peer_teid(), 0, ip_of(from.peer()), {}};
            if (from.peer_teid() == 0) identity.own_id = from.teid();
            identities_.push_back(identity);
        }
        auto numbers = assembly_.counters.assign(identities_);
        if (!numbers)
            return fail("tunnels",
                        std::to_string(identities_.size()) + " are more than memory.tunnels reserves counters for");
        numbers_ = std::move(*numbers);
        for (std::size_t i = 0; i < out_.tunnels.size(); ++i)
            out_.tunnels[i].counter = numbers_[i];
        return {};
    }

    // Needs the public routes: a tunnel's outer packet goes the way of any other.
    void finish_tunnels()
    {
        for (std::size_t i = 0; i < out_.tunnels.size(); ++i) {
            Tunnel& tunnel = out_.tunnels[i];
            tunnel.header_length = header_length_of(tunnel.kind, tunnel.remote.is_v4());
            tunnel.header = make_header(tunnel, out_.settings, identities_[i].mac);
            tunnel.underlay = underlay_of(tunnel.remote);
        }
        for (Hop& hop : out_.hops)
            if (hop.kind == Hop::Kind::vxlan || hop.kind == Hop::Kind::gtpu) hop.mtu = mtu_in(out_.tunnels[hop.index]);
        for (Group& group : out_.groups)
            group.mtu = smallest_mtu(group.hops);
        for (const Hop& hop : out_.hops)
            out_.exits.push_back(make_exit(out_, hop));
    }

    std::uint16_t mtu_in(const Tunnel& tunnel) const
    {
        const std::uint16_t network = out_.networks[tunnel.network].mtu;
        if (tunnel.underlay == none) return network;
        const std::uint16_t outer = out_.groups[tunnel.underlay].mtu;
        const auto inner = static_cast<std::uint16_t>(outer - std::min<std::uint16_t>(outer, tunnel.header_length));
        return network == 0 ? inner : std::min(inner, network);
    }

    // The group towards the remote end, on-link members replaced by the remote itself. A tunnel within a tunnel is
    // none.
    std::uint32_t underlay_of(const IpAddress& remote)
    {
        const auto [place, is_new] = underlays_.try_emplace(remote, none);
        if (!is_new) return place->second;
        const std::uint32_t group = remote.is_v4() ? out_.routes.find4(public_network, remote.v4().value)
                                                   : out_.routes.find6(public_network, remote.v6().bytes.data());
        if (group == none) return none;
        std::vector<std::uint32_t> members;
        for (const std::uint32_t member : out_.groups[group].hops) {
            const Hop hop = out_.hops[member];
            if (hop.kind == Hop::Kind::vxlan || hop.kind == Hop::Kind::gtpu) continue;
            members.push_back(hop.kind == Hop::Kind::on_link ? neighbor_hop(hop.interface, remote) : member);
        }
        return place->second = group_of(members);
    }

    void add_teids()
    {
        ExactMap<std::uint32_t, GtpuTerminus>::Builder teids;
        std::size_t number = out_.tunnels.size();
        for (const auto& [key, object] : assembly_.objects.of(Kind::kGtpuTunnel)) {
            const api::GtpuTunnel& from = object.gtpu_tunnel();
            const IpAddress ue = ip_of(from.ue());
            GtpuTerminus terminus{
                numbers_[number++], narrow(from.network()), static_cast<std::uint8_t>(ue.is_v4() ? 4 : 6), {}};
            std::copy(from.ue().begin(), from.ue().end(), terminus.ue.begin());
            teids.add(from.teid(), terminus);
        }
        out_.teids = teids.build();
    }

    Assembly& assembly_;
    Snapshot& out_;
    RouteTable routes_;
    std::map<HopKey, std::uint32_t> hops_;
    std::map<TunnelIdentity, std::uint32_t> tunnels_;            // → hop
    std::map<std::vector<std::uint32_t>, std::uint32_t> groups_; // → group
    std::map<IpAddress, std::uint32_t> underlays_;
    std::vector<TunnelIdentity> identities_; // of the tunnels, then of the TEIDs
    std::vector<std::uint32_t> numbers_;     // their counters
};

} // namespace

Result<void> assemble_forwarding(Assembly& assembly)
{
    return Forwarding(assembly).build();
}

} // namespace sluice::table
