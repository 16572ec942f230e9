// Routes of the main table. Next-hop groups arrive expanded into RTA_MULTIPATH (sysctl nexthop_compat_mode, on by
// default).
#include "control/feeds/netlink/mirror.hpp"

#include <algorithm>

#include <linux/rtnetlink.h>

#include "control/feeds/netlink/attributes.hpp"

namespace sluice::control::netlink {
namespace {

bool is_mirrored(const rtmsg& header, const Attributes& attributes)
{
    const std::uint32_t table = attributes.integer<std::uint32_t>(RTA_TABLE).value_or(header.rtm_table);
    const bool family = header.rtm_family == AF_INET || header.rtm_family == AF_INET6;
    return family && table == RT_TABLE_MAIN && header.rtm_type == RTN_UNICAST &&
           (header.rtm_flags & RTM_F_CLONED) == 0 && header.rtm_protocol != RTPROT_KERNEL &&
           header.rtm_protocol != own_protocol;
}

// RTA_VIA: a gateway of the other family (RFC 8950), a family number and the address.
std::optional<IpAddress> gateway_of(const Attributes& attributes)
{
    if (const auto gateway = attributes.address(RTA_GATEWAY)) return gateway;
    const nlattr* via = attributes.find(RTA_VIA);
    if (via == nullptr || mnl_attr_get_payload_len(via) < sizeof(std::uint16_t)) return std::nullopt;
    const auto* bytes = static_cast<const char*>(mnl_attr_get_payload(via)) + sizeof(std::uint16_t);
    return IpAddress::unpack({bytes, mnl_attr_get_payload_len(via) - sizeof(std::uint16_t)});
}

// The next hops of RTA_MULTIPATH: struct rtnexthop, each followed by its own attributes.
template<class Use>
void for_each_hop(const nlattr& multipath, Use use)
{
    const auto* at = static_cast<const char*>(mnl_attr_get_payload(&multipath));
    std::size_t left = mnl_attr_get_payload_len(&multipath);
    while (left >= sizeof(rtnexthop)) {
        const auto* hop = reinterpret_cast<const rtnexthop*>(at);
        if (hop->rtnh_len < sizeof(rtnexthop) || hop->rtnh_len > left) return;
        use(*hop, Attributes(at + sizeof(rtnexthop), hop->rtnh_len - sizeof(rtnexthop)));
        const std::size_t step = std::min<std::size_t>(left, RTNH_ALIGN(hop->rtnh_len));
        at += step;
        left -= step;
    }
}

} // namespace

void Mirror::handle_route(const nlmsghdr& message)
{
    if (mnl_nlmsg_get_payload_len(&message) < sizeof(rtmsg)) return;
    const auto& header = *static_cast<const rtmsg*>(mnl_nlmsg_get_payload(&message));
    const Attributes attributes(message, sizeof(rtmsg));
    if (!is_mirrored(header, attributes)) return;
    const IpAddress any = header.rtm_family == AF_INET ? IpAddress(Ipv4Address{}) : IpAddress(Ipv6Address{});
    const Prefix prefix{attributes.address(RTA_DST).value_or(any), header.rtm_dst_len};
    const RouteKey key{prefix, attributes.integer<std::uint32_t>(RTA_PRIORITY).value_or(0)};

    std::vector<Hop> hops;
    const nlattr* multipath = attributes.find(RTA_MULTIPATH);
    if (multipath != nullptr) {
        for_each_hop(*multipath, [&](const rtnexthop& hop, const Attributes& inner) {
            if ((hop.rtnh_flags & RTNH_F_DEAD) != 0) return;
            hops.push_back({static_cast<std::uint32_t>(hop.rtnh_ifindex), gateway_of(inner), hop.rtnh_hops + 1U});
        });
    } else if ((header.rtm_flags & RTNH_F_DEAD) == 0) {
        hops.push_back({attributes.integer<std::uint32_t>(RTA_OIF).value_or(0), gateway_of(attributes), 1});
    }
    if (std::ranges::none_of(hops, [&](const Hop& hop) { return links_.contains(hop.link); })) return;
    if (message.nlmsg_type == RTM_DELROUTE)
        remove_route(key, hops);
    else
        add_route(key, {std::move(hops), header.rtm_protocol}, (message.nlmsg_flags & NLM_F_APPEND) != 0);
}

// IPv4 keeps routes of one prefix and metric side by side (`ip route append`) and uses the first; IPv6 joins them and
// tells the whole. The hidden ones are read by a dump when the first goes.
void Mirror::add_route(const RouteKey& key, Route route, bool appended)
{
    const auto known = routes_.find(key);
    if (appended && known != routes_.end() && key.first.address.is_v4())
        known->second.hides_others = true;
    else
        routes_[key] = std::move(route);
}

void Mirror::remove_route(const RouteKey& key, const std::vector<Hop>& hops)
{
    const auto known = routes_.find(key);
    if (known == routes_.end()) return;
    stale_ |= known->second.hides_others;
    // IPv6 takes single hops out of a route with several; the message names those.
    std::vector<Hop>& held = known->second.hops;
    if (!key.first.address.is_v4() && hops.size() < held.size())
        std::erase_if(held, [&](const Hop& hop) { return std::ranges::find(hops, hop) != hops.end(); });
    else
        held.clear();
    if (held.empty()) routes_.erase(known);
}

void Mirror::clear_routes()
{
    routes_.clear();
}

std::vector<KernelHop> Mirror::named(const std::vector<Hop>& hops) const
{
    std::vector<KernelHop> out;
    for (const Hop& hop : hops) {
        const auto link = links_.find(hop.link);
        if (link == links_.end() || !link->second.up) continue;
        out.push_back({link->second.name, hop.gateway, hop.weight});
    }
    return out;
}

} // namespace sluice::control::netlink
