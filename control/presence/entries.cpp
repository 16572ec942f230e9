// Each `bring` reads, compares, and asks for the difference.
#include "control/presence/entries.hpp"

#include <array>

#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "control/feeds/netlink/attributes.hpp"
#include "control/feeds/netlink/mirror.hpp"
#include "control/feeds/netlink/requests.hpp"

namespace sluice::control::presence {
namespace {

using netlink::Attributes;
using netlink::Socket;

std::uint8_t family_of(const IpAddress& address)
{
    return address.is_v4() ? AF_INET : AF_INET6;
}

Result<std::set<Prefix>> read_addresses(Socket& socket, std::uint32_t link)
{
    std::set<Prefix> ours;
    const auto done = netlink::dump(
        socket, RTM_GETADDR, AF_UNSPEC,
        [&](const nlmsghdr& message) {
            const auto& header = *static_cast<const ifaddrmsg*>(mnl_nlmsg_get_payload(&message));
            const Attributes attributes(message, sizeof(ifaddrmsg));
            const auto address = attributes.address(header.ifa_family == AF_INET ? IFA_LOCAL : IFA_ADDRESS);
            const bool is_ours = attributes.integer<std::uint8_t>(IFA_PROTO) == netlink::own_protocol;
            if (address && is_ours && header.ifa_index == link) ours.insert({*address, header.ifa_prefixlen});
        },
        [&] { ours.clear(); });
    if (!done) return tl::unexpected(done.error());
    return ours;
}

Result<std::map<IpAddress, MacAddress>> read_neighbors(Socket& socket, std::uint32_t link)
{
    std::map<IpAddress, MacAddress> permanent;
    const auto done = netlink::dump(
        socket, RTM_GETNEIGH, AF_UNSPEC,
        [&](const nlmsghdr& message) {
            const auto& header = *static_cast<const ndmsg*>(mnl_nlmsg_get_payload(&message));
            const Attributes attributes(message, sizeof(ndmsg));
            const auto address = attributes.address(NDA_DST);
            const auto mac = attributes.mac(NDA_LLADDR);
            const bool is_ours = header.ndm_state == NUD_PERMANENT && header.ndm_ifindex == static_cast<int>(link);
            if (address && mac && is_ours) permanent[*address] = *mac;
        },
        [&] { permanent.clear(); });
    if (!done) return tl::unexpected(done.error());
    return permanent;
}

Result<void> change(Socket& socket, std::uint16_t type, std::uint32_t link, const ndmsg& like, const IpAddress& address,
                    const MacAddress& mac)
{
    alignas(nlmsghdr) std::array<char, 128> buffer{};
    nlmsghdr* message = mnl_nlmsg_put_header(buffer.data());
    message->nlmsg_type = type;
    message->nlmsg_flags = type == RTM_NEWNEIGH ? NLM_F_CREATE | NLM_F_REPLACE : 0;
    auto* header = static_cast<ndmsg*>(mnl_nlmsg_put_extra_header(message, sizeof(ndmsg)));
    *header = like;
    header->ndm_ifindex = static_cast<int>(link);
    const std::string bytes = address.packed();
    mnl_attr_put(message, NDA_DST, bytes.size(), bytes.data());
    mnl_attr_put(message, NDA_LLADDR, mac.bytes.size(), mac.bytes.data());
    return socket.request(*message);
}

ndmsg neighbor(const IpAddress& address)
{
    ndmsg header{};
    header.ndm_family = family_of(address);
    header.ndm_state = NUD_PERMANENT;
    return header;
}

// Of the VXLAN device itself, not of the bridge above it.
ndmsg home()
{
    ndmsg header{};
    header.ndm_family = AF_BRIDGE;
    header.ndm_state = NUD_PERMANENT;
    header.ndm_flags = NTF_SELF;
    return header;
}

} // namespace

Result<void> bring_addresses(Socket& socket, std::uint32_t link, const std::set<Prefix>& wanted)
{
    const auto present = read_addresses(socket, link);
    if (!present) return tl::unexpected(present.error());
    for (const Prefix& address : *present)
        if (!wanted.contains(address))
            if (auto done = netlink::remove_address(socket, link, address); !done) return done;
    for (const Prefix& address : wanted)
        if (!present->contains(address))
            if (auto done = netlink::add_address(socket, link, address); !done) return done;
    return {};
}

Result<void> bring_neighbors(Socket& socket, std::uint32_t link, const std::map<IpAddress, MacAddress>& wanted)
{
    const auto present = read_neighbors(socket, link);
    if (!present) return tl::unexpected(present.error());
    for (const auto& [address, mac] : *present)
        if (!wanted.contains(address))
            if (auto done = change(socket, RTM_DELNEIGH, link, neighbor(address), address, mac); !done) return done;
    for (const auto& [address, mac] : wanted) {
        const auto known = present->find(address);
        if (known != present->end() && known->second == mac) continue;
        if (auto done = change(socket, RTM_NEWNEIGH, link, neighbor(address), address, mac); !done) return done;
    }
    return {};
}

Result<std::map<std::uint32_t, Homes>> read_homes(Socket& socket)
{
    std::map<std::uint32_t, Homes> homes;
    const auto done = netlink::dump(
        socket, RTM_GETNEIGH, AF_BRIDGE,
        [&](const nlmsghdr& message) {
            const auto& header = *static_cast<const ndmsg*>(mnl_nlmsg_get_payload(&message));
            const Attributes attributes(message, sizeof(ndmsg));
            const auto mac = attributes.mac(NDA_LLADDR);
            const auto vtep = attributes.address(NDA_DST);
            const bool is_ours = header.ndm_family == AF_BRIDGE && (header.ndm_flags & NTF_EXT_LEARNED) == 0;
            if (mac && vtep && is_ours) homes[static_cast<std::uint32_t>(header.ndm_ifindex)][*mac] = *vtep;
        },
        [&] { homes.clear(); });
    if (!done) return tl::unexpected(done.error());
    return homes;
}

Result<void> bring_homes(Socket& socket, std::uint32_t link, const Homes& present, const Homes& wanted)
{
    for (const auto& [mac, vtep] : present)
        if (!wanted.contains(mac))
            if (auto done = change(socket, RTM_DELNEIGH, link, home(), vtep, mac); !done) return done;
    for (const auto& [mac, vtep] : wanted) {
        const auto known = present.find(mac);
        if (known != present.end() && known->second == vtep) continue;
        if (auto done = change(socket, RTM_NEWNEIGH, link, home(), vtep, mac); !done) return done;
    }
    return {};
}

} // namespace sluice::control::presence
