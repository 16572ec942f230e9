// Messages put together with libmnl. Attributes as in linux/if_link.h; nested ones belong to the device's kind.
#include "control/presence/links.hpp"

#include <array>

#include <arpa/inet.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <sys/socket.h>

#include "control/feeds/netlink/attributes.hpp"

namespace sluice::control::presence {
namespace {

using netlink::Attributes;
using netlink::Socket;

// One RTM_*LINK message under construction; the longest here has 200 bytes.
class LinkMessage {
public:
    LinkMessage(std::uint16_t type, std::uint16_t flags, std::uint32_t index = 0)
        : message_(mnl_nlmsg_put_header(buffer_.data()))
        , header_(static_cast<ifinfomsg*>(mnl_nlmsg_put_extra_header(message_, sizeof(ifinfomsg))))
    {
        message_->nlmsg_type = type;
        message_->nlmsg_flags = flags;
        header_->ifi_index = static_cast<int>(index);
    }

    LinkMessage(const std::string& name, std::uint32_t group)
        : LinkMessage(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL)
    {
        text(IFLA_IFNAME, name);
        number(IFLA_GROUP, group);
    }
    LinkMessage(const LinkMessage&) = delete;
    LinkMessage& operator=(const LinkMessage&) = delete;

    void flags(unsigned values, unsigned mask)
    {
        header_->ifi_flags = values;
        header_->ifi_change = mask;
    }
    void number(std::uint16_t type, std::uint32_t value) { mnl_attr_put_u32(message_, type, value); }
    void byte(std::uint16_t type, std::uint8_t value) { mnl_attr_put_u8(message_, type, value); }
    void port(std::uint16_t type, std::uint16_t value) { mnl_attr_put_u16(message_, type, htons(value)); }
    void text(std::uint16_t type, const std::string& value) { mnl_attr_put_strz(message_, type, value.c_str()); }
    void mac(const MacAddress& value) { mnl_attr_put(message_, IFLA_ADDRESS, value.bytes.size(), value.bytes.data()); }
    void address(std::uint16_t type, const IpAddress& value)
    {
        const std::string bytes = value.packed();
        mnl_attr_put(message_, type, bytes.size(), bytes.data());
    }
    // A device's header of its own within an attribute: the other end of a veth.
    void empty_header() { mnl_nlmsg_put_extra_header(message_, sizeof(ifinfomsg)); }

    template<class Fill>
    void nest(std::uint16_t type, Fill&& fill)
    {
        nlattr* start = mnl_attr_nest_start(message_, type);
        fill();
        mnl_attr_nest_end(message_, start);
    }
    template<class Fill>
    void kind(const char* name, Fill&& fill)
    {
        nest(IFLA_LINKINFO, [&] {
            text(IFLA_INFO_KIND, name);
            nest(IFLA_INFO_DATA, fill);
        });
    }

    Result<void> send(Socket& socket) { return socket.request(*message_); }

private:
    alignas(nlmsghdr) std::array<char, 1024> buffer_{};
    nlmsghdr* message_;
    ifinfomsg* header_;
};

Attributes within(const Attributes& outer, std::uint16_t type)
{
    const nlattr* nest = outer.find(type);
    if (nest == nullptr) return {nullptr, 0};
    return {mnl_attr_get_payload(nest), mnl_attr_get_payload_len(nest)};
}

std::optional<Vxlan> vxlan_of(const Attributes& data)
{
    Vxlan vxlan;
    vxlan.vni = data.integer<std::uint32_t>(IFLA_VXLAN_ID).value_or(0);
    vxlan.port = ntohs(data.integer<std::uint16_t>(IFLA_VXLAN_PORT).value_or(0));
    const auto local = data.has(IFLA_VXLAN_LOCAL) ? data.address(IFLA_VXLAN_LOCAL) : data.address(IFLA_VXLAN_LOCAL6);
    if (local) vxlan.local = *local;
    return vxlan;
}

LinkFacts facts_of(const nlmsghdr& message, const Attributes& attributes)
{
    const auto& header = *static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(&message));
    const Attributes info = within(attributes, IFLA_LINKINFO);
    LinkFacts facts;
    facts.index = static_cast<std::uint32_t>(header.ifi_index);
    facts.up = (header.ifi_flags & IFF_UP) != 0;
    facts.arp = (header.ifi_flags & IFF_NOARP) == 0;
    facts.group = attributes.integer<std::uint32_t>(IFLA_GROUP).value_or(0);
    facts.master = attributes.integer<std::uint32_t>(IFLA_MASTER).value_or(0);
    facts.mtu = attributes.integer<std::uint32_t>(IFLA_MTU).value_or(0);
    facts.mac = attributes.mac(IFLA_ADDRESS).value_or(MacAddress{});
    facts.kind = info.text(IFLA_INFO_KIND).value_or("");
    if (facts.kind == "vxlan") facts.vxlan = vxlan_of(within(info, IFLA_INFO_DATA));
    return facts;
}

} // namespace

bool LinkWish::is_met_by(const LinkFacts& facts) const
{
    return facts.up && facts.mtu == mtu && facts.master == master && facts.arp == arp && (!mac || facts.mac == *mac);
}

Result<std::map<std::string, LinkFacts>> read_links(Socket& socket)
{
    std::map<std::string, LinkFacts> links;
    const auto done = netlink::dump(
        socket, RTM_GETLINK, AF_UNSPEC,
        [&](const nlmsghdr& message) {
            if (message.nlmsg_type != RTM_NEWLINK) return;
            const Attributes attributes(message, sizeof(ifinfomsg));
            if (const auto name = attributes.text(IFLA_IFNAME)) links[*name] = facts_of(message, attributes);
        },
        [&] { links.clear(); });
    if (!done) return tl::unexpected(done.error());
    return links;
}

Result<void> add_bridge(Socket& socket, const std::string& name, std::uint32_t group)
{
    LinkMessage message(name, group);
    message.kind("bridge", [&] {
        message.number(IFLA_BR_FORWARD_DELAY, 0);
        message.number(IFLA_BR_AGEING_TIME, 0);
        message.byte(IFLA_BR_MCAST_SNOOPING, 0);
    });
    return message.send(socket);
}

Result<void> add_vxlan(Socket& socket, const std::string& name, std::uint32_t group, const Vxlan& settings)
{
    LinkMessage message(name, group);
    message.kind("vxlan", [&] {
        message.number(IFLA_VXLAN_ID, settings.vni);
        message.address(settings.local.is_v4() ? IFLA_VXLAN_LOCAL : IFLA_VXLAN_LOCAL6, settings.local);
        message.port(IFLA_VXLAN_PORT, settings.port);
        message.byte(IFLA_VXLAN_LEARNING, 0);
        message.byte(IFLA_VXLAN_UDP_ZERO_CSUM6_RX, 1); // RFC 7348 section 4.3: SHOULD be sent as zero
    });
    return message.send(socket);
}

Result<void> add_veth(Socket& socket, const std::string& name, std::uint32_t group, const std::string& inner,
                      int inner_namespace)
{
    LinkMessage message(name, group);
    message.kind("veth", [&] {
        message.nest(VETH_INFO_PEER, [&] {
            message.empty_header();
            message.text(IFLA_IFNAME, inner);
            message.number(IFLA_NET_NS_FD, static_cast<std::uint32_t>(inner_namespace));
        });
    });
    return message.send(socket);
}

Result<void> set_link(Socket& socket, std::uint32_t index, const LinkWish& wish)
{
    // The kernel reads these in an order of its own, in which up comes first; and it may be one without IPv6.
    LinkMessage quiet(RTM_NEWLINK, 0, index);
    quiet.nest(IFLA_AF_SPEC,
               [&] { quiet.nest(AF_INET6, [&] { quiet.byte(IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE); }); });
    (void)quiet.send(socket);
    LinkMessage message(RTM_NEWLINK, 0, index);
    message.flags(wish.arp ? IFF_UP : IFF_UP | IFF_NOARP, IFF_UP | IFF_NOARP);
    message.number(IFLA_MTU, wish.mtu);
    message.number(IFLA_MASTER, wish.master);
    if (wish.mac) message.mac(*wish.mac);
    return message.send(socket);
}

Result<void> set_group(Socket& socket, std::uint32_t index, std::uint32_t group)
{
    LinkMessage message(RTM_NEWLINK, 0, index);
    message.number(IFLA_GROUP, group);
    return message.send(socket);
}

Result<void> remove_group(Socket& socket, std::uint32_t group)
{
    LinkMessage message(RTM_DELLINK, 0);
    message.number(IFLA_GROUP, group);
    return message.send(socket);
}

} // namespace sluice::control::presence
