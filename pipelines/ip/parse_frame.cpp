// Ethernet and the 802.1Q tag. IEEE 802.3 clause 3, 802.1Q clause 9.
#include "dataplane/wire/ethernet.hpp"
#include "pipelines/ip/drops.hpp"
#include "pipelines/ip/parse.hpp"

namespace sluice::ip {
namespace {

constexpr std::uint16_t no_interface = 0xFFFF;

} // namespace

FrameVerdict parse_frame(Packet& packet, const table::Snapshot& tables, std::uint16_t port) noexcept
{
    const auto* ethernet = packet.at<wire::Ethernet>(0);
    if (ethernet == nullptr) return {Verdict::drop(ParseDrop::truncated)};
    std::uint16_t length = sizeof(wire::Ethernet);
    std::uint16_t vlan = wire::Vlan::priority_tag;
    wire::Be16 type = ethernet->type;
    if (type == wire::EtherType::vlan) {
        const auto* tag = packet.at<wire::Vlan>(length);
        if (tag == nullptr) return {Verdict::drop(ParseDrop::truncated)};
        vlan = tag->id();
        type = tag->type;
        length = sizeof(wire::Ethernet) + sizeof(wire::Vlan);
    }
    packet.interface = tables.interface_of[port * 4096U + vlan];
    if (packet.interface == no_interface) return {Verdict::drop(ParseDrop::vlan_unknown)};
    const table::Interface& interface = tables.interfaces[packet.interface];
    packet.network = interface.network;
    const bool group = wire::is_multicast(ethernet->destination);
    if (!group && ethernet->destination != interface.mac.bytes) return {Verdict::drop(ParseDrop::not_our_mac)};
    if (wire::is_multicast(ethernet->source)) return {Verdict::drop(ParseDrop::source_mac_invalid)};

    if (type == wire::EtherType::arp) return {Verdict::next(), Carries::arp, group};
    if (type == wire::EtherType::ipv4)
        packet.family = 4;
    else if (type == wire::EtherType::ipv6)
        packet.family = 6;
    else
        return {Verdict::drop(ParseDrop::ethertype_unknown)};
    packet.strip(length);
    return {Verdict::next(), Carries::ip, group};
}

} // namespace sluice::ip
