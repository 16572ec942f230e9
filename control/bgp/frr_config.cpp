// Written in the words of `show running-config`, which leaves defaults out: what differs from it is removed and set
// again by frr-reload, and that would end a BFD session that nobody changed.
#include "control/bgp/frr_config.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sluice::control::bgp {
namespace {

using config::Announcement;
using config::BgpFamily;
using config::BgpNeighbor;
using Neighbor = std::pair<const std::string, BgpNeighbor>;

// Kinds of announcements by the metric of their kernel routes. Inside FRR the kind travels as the route's tag, which
// no neighbour can send, so that what was learned is never taken for ours.
struct Kind {
    unsigned metric;
    std::optional<Announcement> config::Bgp::*announcement;
};
constexpr std::array<Kind, 3> kinds{{
    {100, &config::Bgp::services},
    {101, &config::Bgp::eips},
    {102, &config::Bgp::nat_pools},
}};

constexpr std::array<std::pair<BgpFamily, const char*>, 3> families{{
    {BgpFamily::ipv4_unicast, "ipv4 unicast"},
    {BgpFamily::ipv6_unicast, "ipv6 unicast"},
    {BgpFamily::l2vpn_evpn, "l2vpn evpn"},
}};

// Everything but our own announcements ends at its last, implicit entry: we are nobody's transit.
std::string map_of(const std::string& neighbor)
{
    return "sluice-to-" + neighbor;
}

std::string profile_of(const config::Bfd& bfd)
{
    return "sluice-" + std::to_string(bfd.interval.count()) + "ms-" + std::to_string(bfd.multiplier);
}

bool has_family(const BgpNeighbor& neighbor, BgpFamily family)
{
    if (!neighbor.families.empty())
        return std::find(neighbor.families.begin(), neighbor.families.end(), family) != neighbor.families.end();
    return family == (neighbor.address.is_v4() ? BgpFamily::ipv4_unicast : BgpFamily::ipv6_unicast);
}

std::string communities(const Announcement& announcement, bool large)
{
    std::string words;
    for (const config::Community& community : announcement.communities)
        if (community.large == large) words += " " + community.text;
    if (words.empty()) return words;
    return (large ? " set large-community" : " set community") + words + "\n";
}

std::string neighbor_lines(const config::Bgp& bgp, const Neighbor& entry, const Passwords& passwords)
{
    const auto& [name, neighbor] = entry;
    const std::string begin = " neighbor " + neighbor.address.text() + " ";
    std::string out = begin + "remote-as " + std::to_string(neighbor.as) + "\n" + begin + "description " + name + "\n";
    if (neighbor.bfd) out += begin + "bfd\n" + begin + "bfd profile " + profile_of(*neighbor.bfd) + "\n";
    if (const auto password = passwords.find(name); password != passwords.end())
        out += begin + "password " + password->second + "\n";
    const std::string hops = std::to_string(neighbor.multihop) + "\n";
    if (neighbor.gtsm)
        out += begin + "ttl-security hops " + hops;
    else if (neighbor.multihop > 1 && neighbor.as != bgp.as)
        out += begin + "ebgp-multihop " + hops;
    return out + begin + "timers connect 5\n"; // FRR's own wait is two minutes
}

std::string family_lines(const config::Bgp& bgp, const std::pair<BgpFamily, const char*>& family)
{
    const bool unicast = family.first != BgpFamily::l2vpn_evpn;
    std::string members;
    for (const auto& [name, neighbor] : bgp.neighbors) {
        if (!has_family(neighbor, family.first)) continue;
        const std::string begin = "  neighbor " + neighbor.address.text() + " ";
        members += begin + "activate\n";
        if (unicast && neighbor.maximum_prefixes)
            members += begin + "maximum-prefix " + std::to_string(*neighbor.maximum_prefixes) + " restart 5\n";
        if (unicast) members += begin + "route-map " + map_of(name) + " out\n";
    }
    if (members.empty()) return "";
    std::string out = std::string(" !\n address-family ") + family.second + "\n";
    if (unicast) out += "  redistribute kernel route-map sluice-kinds\n";
    out += members;
    if (unicast) out += "  maximum-paths 64\n  maximum-paths ibgp 64\n";
    return out + " exit-address-family\n";
}

// Without a MED of the operator's the kernel's metric would go out as one.
std::string kinds_map(const config::Bgp& bgp)
{
    std::string out;
    for (const Kind& kind : kinds) {
        const std::string metric = std::to_string(kind.metric);
        if (bgp.*kind.announcement)
            out += "route-map sluice-kinds permit " + metric + "\n match metric " + metric +
                   "\n set metric 0\n set tag " + metric + "\nexit\n!\n";
    }
    return out + "route-map sluice-kinds deny 65535\nexit\n!\n"; // never empty: a map that is not there permits all
}

std::string neighbor_map(const config::Bgp& bgp, const std::string& name)
{
    std::string out;
    for (const Kind& kind : kinds) {
        const auto& announcement = bgp.*kind.announcement;
        if (!announcement) continue;
        if (std::find(announcement->to.begin(), announcement->to.end(), name) == announcement->to.end()) continue;
        const std::string tag = std::to_string(kind.metric);
        out += "route-map " + map_of(name) + " permit " + tag + "\n match tag " + tag + "\n" +
               communities(*announcement, false) + communities(*announcement, true);
        if (announcement->med) out += " set metric " + std::to_string(*announcement->med) + "\n";
        out += "exit\n!\n";
    }
    return out + "route-map " + map_of(name) + " deny 65535\nexit\n!\n";
}

std::string bfd_lines(const config::Bgp& bgp)
{
    constexpr config::Bfd defaults; // FRR's own
    std::map<std::string, config::Bfd> used;
    for (const auto& [name, neighbor] : bgp.neighbors)
        if (neighbor.bfd) used[profile_of(*neighbor.bfd)] = *neighbor.bfd;
    std::string out = used.empty() ? "" : "bfd\n";
    for (const auto& [name, bfd] : used) {
        const std::string interval = "-interval " + std::to_string(bfd.interval.count()) + "\n";
        out += " profile " + name + "\n";
        if (bfd.multiplier != defaults.multiplier)
            out += "  detect-multiplier " + std::to_string(bfd.multiplier) + "\n";
        if (bfd.interval != defaults.interval) out += "  transmit" + interval + "  receive" + interval;
        out += " exit\n !\n";
    }
    return out + (used.empty() ? "" : "exit\n!\n");
}

} // namespace

std::string frr_config(const config::Config& config, const Passwords& passwords)
{
    const config::Bgp& bgp = config.bgp;
    // A kernel that forwards would send a punted packet round and round between itself and us.
    std::string out = "frr defaults traditional\nlog syslog informational\n"
                      "no ip forwarding\nno ipv6 forwarding\nservice integrated-vtysh-config\n!\n";
    out += "router bgp " + std::to_string(bgp.as) + "\n bgp router-id " + config.node.router_id.text() +
           "\n no bgp ebgp-requires-policy\n no bgp default ipv4-unicast\n";
    if (bgp.graceful_restart) out += " bgp graceful-restart\n bgp graceful-restart preserve-fw-state\n";
    out += " bgp bestpath as-path multipath-relax\n";
    for (const Neighbor& neighbor : bgp.neighbors)
        out += neighbor_lines(bgp, neighbor, passwords);
    for (const auto& family : families)
        out += family_lines(bgp, family);
    out += "exit\n!\n" + kinds_map(bgp);
    for (const auto& [name, neighbor] : bgp.neighbors)
        out += neighbor_map(bgp, name);
    return out + bfd_lines(bgp) + "end\n";
}

} // namespace sluice::control::bgp
