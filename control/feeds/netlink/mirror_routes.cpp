// Routes of the main table. Next-hop groups arrive expanded into RTA_MULTIPATH (sysctl nexthop_compat_mode, on by
// default).
#include "control/feeds/netlink/mirror.hpp"

#include <algorithm>

#include <linux/rtnetlink.h>

#include "control/feeds/netlink/attributes.hpp"
#include "control/feeds/netlink/route_source.hpp"

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

// nullopt: no prefix of the message's family.
std::optional<Prefix> prefix_of(const rtmsg& header, const Attributes& attributes)
{
    const bool is_v4 = header.rtm_family == AF_INET;
    const IpAddress any = is_v4 ? IpAddress(Ipv4Address{}) : IpAddress(Ipv6Address{});
    const auto address = attributes.has(RTA_DST) ? attributes.address(RTA_DST) : any;
    if (!address || address->is_v4() != is_v4 || header.rtm_dst_len > address->bits()) return std::nullopt;
    return Prefix{*address, header.rtm_dst_len};
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

// A gateway that is there and cannot be read: the route would be taken for one on link.
bool has_bad_gateway(const Attributes& attributes)
{
    return (attributes.has(RTA_GATEWAY) || attributes.has(RTA_VIA)) && !gateway_of(attributes);
}

// The next hops of RTA_MULTIPATH: struct rtnexthop, each followed by its own attributes. False: the list is cut off or
// lies about its lengths.
template<class Use>
bool for_each_hop(const nlattr& multipath, Use use)
{
    const auto* at = static_cast<const char*>(mnl_attr_get_payload(&multipath));
    std::size_t left = mnl_attr_get_payload_len(&multipath);
    while (left >= sizeof(rtnexthop)) {
        const auto* hop = reinterpret_cast<const rtnexthop*>(at);
        if (hop->rtnh_len < sizeof(rtnexthop) || hop->rtnh_len > left) return false;
        if (!use(*hop, Attributes(at + sizeof(rtnexthop), hop->rtnh_len - sizeof(rtnexthop)))) return false;
        const std::size_t step = std::min<std::size_t>(left, RTNH_ALIGN(hop->rtnh_len));
        at += step;
        left -= step;
    }
    return left == 0;
}

// Those that are alive. nullopt: the message cannot be believed.
std::optional<std::vector<Hop>> hops_of(const rtmsg& header, const Attributes& attributes)
{
    std::vector<Hop> hops;
    if (const nlattr* multipath = attributes.find(RTA_MULTIPATH)) {
        const bool whole = for_each_hop(*multipath, [&](const rtnexthop& hop, const Attributes& inner) {
            if (has_bad_gateway(inner)) return false;
            if ((hop.rtnh_flags & RTNH_F_DEAD) == 0)
                hops.push_back({static_cast<std::uint32_t>(hop.rtnh_ifindex), gateway_of(inner), hop.rtnh_hops + 1U});
            return true;
        });
        return whole ? std::optional(std::move(hops)) : std::nullopt;
    }
    if (has_bad_gateway(attributes)) return std::nullopt;
    if ((header.rtm_flags & RTNH_F_DEAD) == 0)
        hops.push_back({attributes.integer<std::uint32_t>(RTA_OIF).value_or(0), gateway_of(attributes), 1});
    return hops;
}

// Of several IPv4 routes with one prefix and metric a dump has the one that is used first.
bool is_behind_another(const nlmsghdr& message)
{
    return (message.nlmsg_flags & (NLM_F_APPEND | NLM_F_MULTI)) != 0;
}

} // namespace

void Mirror::handle_route(const nlmsghdr& message)
{
    if (mnl_nlmsg_get_payload_len(&message) < sizeof(rtmsg)) return refuse("a route shorter than its header");
    const auto& header = *static_cast<const rtmsg*>(mnl_nlmsg_get_payload(&message));
    const Attributes attributes(message, sizeof(rtmsg));
    if (!is_mirrored(header, attributes)) return;
    const auto prefix = prefix_of(header, attributes);
    if (!prefix)
        return refuse("a route to no prefix of its family, length " + std::to_string(unsigned{header.rtm_dst_len}));
    auto hops = hops_of(header, attributes);
    if (!hops) return refuse("the route " + prefix->text() + " with next hops that cannot be read");
    if (std::ranges::none_of(*hops, [&](const Hop& hop) { return links_.contains(hop.link); })) return;
    const auto metric = attributes.integer<std::uint32_t>(RTA_PRIORITY).value_or(0);
    const RouteKey key = RouteKey::of(*prefix);
    if (message.nlmsg_type == RTM_DELROUTE)
        stale_ |= routes_.remove(key, metric, *hops);
    else
        routes_.add(key, {std::move(*hops), header.rtm_protocol, metric}, is_behind_another(message));
}

// Over links of ours that are up.
KernelVia Mirror::named(const Via& via) const
{
    KernelVia out{{}, source_of(via.protocol)};
    for (const Hop& hop : via.hops) {
        const auto link = links_.find(hop.link);
        if (link == links_.end() || !link->second.up) continue;
        out.hops.push_back({link->second.name, hop.gateway, hop.weight});
    }
    return out;
}

} // namespace sluice::control::netlink
