// rtnetlink messages as the kernel writes them, without a kernel.
//   mirror.handle(*link(3, "fabric").message());
#pragma once

#include <array>
#include <string>

#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include "dataplane/base/address.hpp"

namespace sluice::test {

class Message {
public:
    explicit Message(std::uint16_t type, std::uint16_t flags = 0)
    {
        header()->nlmsg_len = MNL_NLMSG_HDRLEN;
        header()->nlmsg_type = type;
        header()->nlmsg_flags = flags;
    }

    template<class Header>
    Header& extra()
    {
        return *static_cast<Header*>(mnl_nlmsg_put_extra_header(header(), sizeof(Header)));
    }
    Message& number(std::uint16_t type, std::uint32_t value)
    {
        mnl_attr_put_u32(header(), type, value);
        return *this;
    }
    Message& byte(std::uint16_t type, std::uint8_t value)
    {
        mnl_attr_put_u8(header(), type, value);
        return *this;
    }
    Message& text(std::uint16_t type, const std::string& value)
    {
        mnl_attr_put_strz(header(), type, value.c_str());
        return *this;
    }
    Message& bytes(std::uint16_t type, const std::string& value)
    {
        mnl_attr_put(header(), type, value.size(), value.data());
        return *this;
    }
    Message& address(std::uint16_t type, const std::string& value)
    {
        return bytes(type, IpAddress::parse(value).value().packed());
    }

    nlmsghdr* header() { return reinterpret_cast<nlmsghdr*>(buffer_.data()); }
    const nlmsghdr& message() { return *header(); }

private:
    alignas(nlmsghdr) std::array<char, 4096> buffer_{};
};

inline std::uint8_t family(const std::string& address)
{
    return IpAddress::parse(address).value().is_v4() ? AF_INET : AF_INET6;
}

inline Message link(int index, const std::string& name, unsigned flags = IFF_UP, std::uint16_t type = RTM_NEWLINK)
{
    Message message(type);
    auto& header = message.extra<ifinfomsg>();
    header.ifi_index = index;
    header.ifi_flags = flags;
    message.text(IFLA_IFNAME, name).number(IFLA_MTU, 1500);
    return message;
}

inline Message address(std::uint32_t link, const std::string& text, std::uint8_t length,
                       std::uint16_t type = RTM_NEWADDR)
{
    Message message(type);
    auto& header = message.extra<ifaddrmsg>();
    header.ifa_family = family(text);
    header.ifa_prefixlen = length;
    header.ifa_index = link;
    message.address(IFA_ADDRESS, text);
    return message;
}

inline Message neighbor(int link, const std::string& text, int state = NUD_REACHABLE, std::uint16_t type = RTM_NEWNEIGH,
                        const std::string& mac = "02:00:00:00:00:07")
{
    Message message(type);
    auto& header = message.extra<ndmsg>();
    header.ndm_family = family(text);
    header.ndm_ifindex = link;
    header.ndm_state = static_cast<std::uint16_t>(state);
    message.address(NDA_DST, text);
    if (mac.empty()) return message;
    const auto bytes = MacAddress::parse(mac).value().bytes;
    message.bytes(NDA_LLADDR, {bytes.begin(), bytes.end()});
    return message;
}

// Without a next hop: see via() and Multipath.
inline Message route(const std::string& prefix, std::uint32_t metric = 0, std::uint16_t type = RTM_NEWROUTE,
                     std::uint16_t flags = 0, std::uint8_t protocol = RTPROT_STATIC)
{
    const Prefix parsed = Prefix::parse(prefix).value();
    Message message(type, flags);
    auto& header = message.extra<rtmsg>();
    header.rtm_family = parsed.address.is_v4() ? AF_INET : AF_INET6;
    header.rtm_dst_len = static_cast<std::uint8_t>(parsed.length);
    header.rtm_table = RT_TABLE_MAIN;
    header.rtm_protocol = protocol;
    header.rtm_type = RTN_UNICAST;
    if (parsed.length != 0) message.address(RTA_DST, parsed.address.text());
    if (metric != 0) message.number(RTA_PRIORITY, metric);
    return message;
}

inline Message via(Message message, std::uint32_t link, const std::string& gateway = "")
{
    message.number(RTA_OIF, link);
    if (!gateway.empty()) message.address(RTA_GATEWAY, gateway);
    return message;
}

// The next hops of RTA_MULTIPATH, as bytes.
class Multipath {
public:
    Multipath& hop(int link, const std::string& gateway, unsigned weight = 1, unsigned flags = 0)
    {
        const std::string packed = IpAddress::parse(gateway).value().packed();
        rtnexthop hop{};
        nlattr attribute{};
        attribute.nla_type = RTA_GATEWAY;
        attribute.nla_len = static_cast<std::uint16_t>(sizeof attribute + packed.size());
        hop.rtnh_len = static_cast<unsigned short>(sizeof hop + attribute.nla_len);
        hop.rtnh_flags = static_cast<unsigned char>(flags);
        hop.rtnh_hops = static_cast<unsigned char>(weight - 1);
        hop.rtnh_ifindex = link;
        bytes_.append(reinterpret_cast<const char*>(&hop), sizeof hop);
        bytes_.append(reinterpret_cast<const char*>(&attribute), sizeof attribute);
        bytes_ += packed;
        return *this;
    }
    [[nodiscard]] const std::string& bytes() const { return bytes_; }

private:
    std::string bytes_;
};

inline Message via(Message message, const Multipath& hops)
{
    message.bytes(RTA_MULTIPATH, hops.bytes());
    return message;
}

} // namespace sluice::test
