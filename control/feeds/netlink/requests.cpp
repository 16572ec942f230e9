// Messages put together with libmnl; each waits for the kernel's acknowledgement.
#include "control/feeds/netlink/requests.hpp"

#include <array>

#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "control/feeds/netlink/mirror.hpp"

namespace sluice::control::netlink {
namespace {

using Buffer = std::array<char, 256>; // the longest message here has 100 bytes

std::uint8_t family_of(const IpAddress& address)
{
    return address.is_v4() ? AF_INET : AF_INET6;
}

void put_address(nlmsghdr* message, std::uint16_t type, const IpAddress& address)
{
    const std::string bytes = address.packed();
    mnl_attr_put(message, type, bytes.size(), bytes.data());
}

Result<void> change_address(Socket& socket, std::uint16_t type, std::uint16_t flags, std::uint32_t link,
                            const Prefix& address)
{
    alignas(nlmsghdr) Buffer buffer{};
    nlmsghdr* message = mnl_nlmsg_put_header(buffer.data());
    message->nlmsg_type = type;
    message->nlmsg_flags = flags;
    auto* header = static_cast<ifaddrmsg*>(mnl_nlmsg_put_extra_header(message, sizeof(ifaddrmsg)));
    header->ifa_family = family_of(address.address);
    header->ifa_prefixlen = static_cast<std::uint8_t>(address.length);
    header->ifa_index = link;
    header->ifa_scope = RT_SCOPE_UNIVERSE;
    if (!address.address.is_v4()) header->ifa_flags = IFA_F_NODAD;
    put_address(message, IFA_LOCAL, address.address);
    put_address(message, IFA_ADDRESS, address.address);
    mnl_attr_put_u8(message, IFA_PROTO, own_protocol);
    return socket.request(*message);
}

Result<void> change_route(Socket& socket, std::uint16_t type, std::uint16_t flags, std::uint32_t link,
                          const Prefix& prefix, std::uint32_t metric)
{
    alignas(nlmsghdr) Buffer buffer{};
    nlmsghdr* message = mnl_nlmsg_put_header(buffer.data());
    message->nlmsg_type = type;
    message->nlmsg_flags = flags;
    auto* header = static_cast<rtmsg*>(mnl_nlmsg_put_extra_header(message, sizeof(rtmsg)));
    header->rtm_family = family_of(prefix.address);
    header->rtm_dst_len = static_cast<std::uint8_t>(prefix.length);
    header->rtm_table = RT_TABLE_MAIN;
    header->rtm_protocol = own_protocol;
    header->rtm_scope = prefix.address.is_v4() ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
    header->rtm_type = RTN_UNICAST;
    put_address(message, RTA_DST, prefix.address);
    mnl_attr_put_u32(message, RTA_OIF, link);
    mnl_attr_put_u32(message, RTA_PRIORITY, metric);
    return socket.request(*message);
}

} // namespace

Result<void> add_address(Socket& socket, std::uint32_t link, const Prefix& address)
{
    return change_address(socket, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, link, address);
}

Result<void> remove_address(Socket& socket, std::uint32_t link, const Prefix& address)
{
    return change_address(socket, RTM_DELADDR, 0, link, address);
}

Result<void> add_route(Socket& socket, std::uint32_t link, const Prefix& prefix, std::uint32_t metric)
{
    return change_route(socket, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, link, prefix, metric);
}

Result<void> remove_route(Socket& socket, std::uint32_t link, const Prefix& prefix, std::uint32_t metric)
{
    return change_route(socket, RTM_DELROUTE, 0, link, prefix, metric);
}

Result<void> set_mtu(Socket& socket, std::uint32_t link, std::uint32_t mtu)
{
    alignas(nlmsghdr) Buffer buffer{};
    nlmsghdr* message = mnl_nlmsg_put_header(buffer.data());
    message->nlmsg_type = RTM_NEWLINK;
    auto* header = static_cast<ifinfomsg*>(mnl_nlmsg_put_extra_header(message, sizeof(ifinfomsg)));
    header->ifi_family = AF_UNSPEC;
    header->ifi_index = static_cast<int>(link);
    mnl_attr_put_u32(message, IFLA_MTU, mtu);
    return socket.request(*message);
}

Result<void> probe(Socket& socket, std::uint32_t link, const IpAddress& address)
{
    alignas(nlmsghdr) Buffer buffer{};
    nlmsghdr* message = mnl_nlmsg_put_header(buffer.data());
    message->nlmsg_type = RTM_NEWNEIGH;
    message->nlmsg_flags = NLM_F_CREATE | NLM_F_REPLACE;
    auto* header = static_cast<ndmsg*>(mnl_nlmsg_put_extra_header(message, sizeof(ndmsg)));
    header->ndm_family = family_of(address);
    header->ndm_ifindex = static_cast<int>(link);
    header->ndm_state = NUD_NONE;
    header->ndm_flags = NTF_USE;
    put_address(message, NDA_DST, address);
    return socket.request(*message);
}

} // namespace sluice::control::netlink
