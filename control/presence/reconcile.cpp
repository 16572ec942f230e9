// Order: what must go, then what must come, VPC by VPC; one that fails does not keep the others from theirs.
#include "control/presence/reconcile.hpp"

#include <algorithm>

#include <sys/socket.h>

#include <linux/netlink.h>

#include "control/presence/entries.hpp"
#include "control/presence/links.hpp"

namespace sluice::control::presence {
namespace {

using netlink::Socket;
using Links = std::map<std::string, LinkFacts>;

constexpr std::uint32_t loopback = 1;
const std::string inner_name = "gateway";
const std::string public_network = "public";

// 15 characters with the largest VNI, as many as a device's name may have.
struct Names {
    explicit Names(std::uint32_t vni)
        : bridge("vpc-br-" + std::to_string(vni))
        , vxlan("vpc-vx-" + std::to_string(vni))
        , veth("vpc-ve-" + std::to_string(vni))
    {
    }
    std::string bridge, vxlan, veth;
};

Result<Socket> open(Namespaces& namespaces, const std::string& network)
{
    auto socket = namespaces.socket(network, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    if (!socket) return tl::unexpected(socket.error());
    return Socket::take(std::move(*socket));
}

Result<Links> read_own_links(Socket& socket)
{
    auto links = read_links(socket);
    if (links)
        std::erase_if(
            *links, [](const auto& link) { return link.second.group != own_group || !link.first.starts_with("vpc-"); });
    return links;
}

Vxlan vxlan_of(const Wanted& wanted, const WantedVpc& vpc)
{
    return {vpc.vni, *wanted.vtep, wanted.port};
}

// Names of our devices that may stay, and what those of VXLAN must be: that cannot be changed later.
std::map<std::string, std::optional<Vxlan>> names_that_stay(const Wanted& wanted)
{
    std::map<std::string, std::optional<Vxlan>> stay;
    for (const auto& [network, vpc] : wanted.vpcs) {
        const Names names(vpc.vni);
        stay[names.bridge] = stay[names.veth] = std::nullopt;
        stay[names.vxlan] = vxlan_of(wanted, vpc);
    }
    return stay;
}

Result<void> remove_unwanted(Socket& socket, Links& links, const Wanted& wanted)
{
    const auto stay = names_that_stay(wanted);
    bool any = false;
    for (const auto& [name, facts] : links) {
        const auto found = stay.find(name);
        if (found != stay.end() && found->second == facts.vxlan) continue;
        if (auto done = set_group(socket, facts.index, leaving_group); !done) return done;
        any = true;
    }
    if (!any) return {};
    if (auto done = remove_group(socket, leaving_group); !done) return done;
    auto left = read_own_links(socket);
    if (!left) return tl::unexpected(left.error());
    links = std::move(*left);
    return {};
}

// A VPC on its way; whatever fails ends it, and the others go on.
struct Vpc {
    const WantedVpc& wanted;
    Names names;
    api::Descriptor space;
    std::optional<Socket> inside;
};

Result<void> enter(Namespaces& namespaces, const std::string& network, Vpc& vpc)
{
    auto space = namespaces.make(network);
    if (!space) return tl::unexpected(space.error());
    auto inside = open(namespaces, network);
    if (!inside) return tl::unexpected(inside.error());
    vpc.space = std::move(*space);
    vpc.inside = std::move(*inside);
    return {};
}

Result<void> make_missing(Socket& outside, const Links& links, const Wanted& wanted, Vpc& vpc)
{
    const Names& names = vpc.names;
    if (!links.contains(names.bridge))
        if (auto made = add_bridge(outside, names.bridge, own_group); !made) return made;
    if (!links.contains(names.vxlan))
        if (auto made = add_vxlan(outside, names.vxlan, own_group, vxlan_of(wanted, vpc.wanted)); !made) return made;
    const auto within = read_links(*vpc.inside);
    if (!within) return tl::unexpected(within.error());
    const auto veth = links.find(names.veth);
    if (veth != links.end() && within->contains(inner_name)) return {};
    if (veth != links.end()) { // its other end is in a namespace that is no longer the VPC's
        if (auto done = set_group(outside, veth->second.index, leaving_group); !done) return done;
        if (auto done = remove_group(outside, leaving_group); !done) return done;
    }
    return add_veth(outside, names.veth, own_group, inner_name, vpc.space.get());
}

Result<void> set(Socket& socket, const Links& links, const std::string& name, const LinkWish& wish)
{
    const auto found = links.find(name);
    if (found == links.end()) return fail("device " + name, "has vanished");
    return wish.is_met_by(found->second) ? Result<void>{} : set_link(socket, found->second.index, wish);
}

Result<void> set_outside(Socket& outside, const Links& links, const std::map<std::uint32_t, Homes>& homes,
                         const Vpc& vpc)
{
    const std::uint32_t mtu = vpc.wanted.mtu;
    // The bridge must not answer ARP for the node's own addresses, which the VPC may have as well.
    if (auto done = set(outside, links, vpc.names.bridge, {mtu, 0, false, {}}); !done) return done;
    const std::uint32_t bridge = links.at(vpc.names.bridge).index;
    for (const std::string& port : {vpc.names.vxlan, vpc.names.veth})
        if (auto done = set(outside, links, port, {mtu, bridge, true, {}}); !done) return done;
    const std::uint32_t vxlan = links.at(vpc.names.vxlan).index;
    const auto known = homes.find(vxlan);
    return bring_homes(outside, vxlan, known == homes.end() ? Homes{} : known->second, vpc.wanted.homes);
}

Result<void> set_inside(const Wanted& wanted, Vpc& vpc)
{
    const auto within = read_links(*vpc.inside);
    if (!within) return tl::unexpected(within.error());
    if (auto done = set(*vpc.inside, *within, inner_name, {vpc.wanted.mtu, 0, true, wanted.mac}); !done) return done;
    const std::uint32_t index = within->at(inner_name).index;
    if (auto done = bring_addresses(*vpc.inside, index, vpc.wanted.gateways); !done) return done;
    return bring_neighbors(*vpc.inside, index, vpc.wanted.neighbors);
}

// Where the kernel's VXLAN devices find their packets' destination to be local.
Result<void> bring_vtep_home(Socket& socket, const Wanted& wanted)
{
    std::set<Prefix> on_loopback;
    if (wanted.vtep && wanted.vtep_needs_home) on_loopback.insert({*wanted.vtep, wanted.vtep->bits()});
    return bring_addresses(socket, loopback, on_loopback);
}

Result<void> remove_namespaces(Namespaces& namespaces, const Wanted& wanted)
{
    for (const std::string& network : namespaces.present())
        if (!wanted.vpcs.contains(network))
            if (auto done = namespaces.remove(network); !done) return done;
    return {};
}

// What must go. Gives the devices that stay.
Result<Links> clear(Namespaces& namespaces, Socket& outside, const Wanted& wanted)
{
    auto links = read_own_links(outside);
    if (!links) return links;
    if (auto done = remove_unwanted(outside, *links, wanted); !done) return tl::unexpected(done.error());
    // Only then: a namespace that goes takes its end of the veth along at some later time, perhaps under our hands.
    if (auto done = remove_namespaces(namespaces, wanted); !done) return tl::unexpected(done.error());
    if (auto done = bring_vtep_home(outside, wanted); !done) return tl::unexpected(done.error());
    return links;
}

// All devices first, so that what they became is read once.
void bring_all(Namespaces& namespaces, Socket& outside, const Links& before, const Wanted& wanted, Outcome& outcome)
{
    std::map<std::string, Vpc> vpcs;
    for (const auto& [network, settings] : wanted.vpcs) {
        Vpc vpc{settings, Names(settings.vni), api::Descriptor(), std::nullopt};
        auto done = enter(namespaces, network, vpc);
        if (done) done = make_missing(outside, before, wanted, vpc);
        if (done)
            vpcs.emplace(network, std::move(vpc));
        else
            outcome.failed.emplace(network, done.error());
    }
    const auto links = read_own_links(outside);
    const auto homes =
        links ? read_homes(outside) : Result<std::map<std::uint32_t, Homes>>(tl::unexpected(links.error()));
    if (!homes) {
        outcome.failed.emplace("", homes.error());
        return;
    }
    for (auto& [network, vpc] : vpcs) {
        auto done = set_outside(outside, *links, *homes, vpc);
        if (done) done = set_inside(wanted, vpc);
        if (done)
            ++outcome.present;
        else
            outcome.failed.emplace(network, done.error());
    }
}

} // namespace

Outcome reconcile(Namespaces& namespaces, const Wanted& wanted)
{
    Outcome outcome;
    auto outside = open(namespaces, public_network);
    const auto links = outside ? clear(namespaces, *outside, wanted) : Result<Links>(tl::unexpected(outside.error()));
    if (links)
        bring_all(namespaces, *outside, *links, wanted, outcome);
    else
        outcome.failed.emplace("", links.error());
    return outcome;
}

} // namespace sluice::control::presence
