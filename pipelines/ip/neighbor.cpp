#include "pipelines/ip/neighbor.hpp"

#include "dataplane/burst/family.hpp"
#include "dataplane/wire/arp.hpp"
#include "pipelines/ip/drops.hpp"

namespace sluice::ip {
namespace {

std::uint32_t arp_offset(const Packet& packet)
{
    const bool tagged = packet.at<wire::Ethernet>(0)->type == wire::EtherType::vlan; // parse saw both whole
    return sizeof(wire::Ethernet) + (tagged ? sizeof(wire::Vlan) : 0);
}

table::Target target_towards(const table::Snapshot& tables, const IpAddress& address)
{
    return address.is_v4() ? V4::find_route(tables, table::public_network, V4::raw(address))
                           : V6::find_route(tables, table::public_network, V6::raw(address));
}

bool is_on_link(const table::Snapshot& tables, std::uint16_t interface, const IpAddress& address)
{
    const table::Target target = target_towards(tables, address);
    return target != table::none && tables.any_hop(target, [&](std::uint32_t member) {
        const table::Hop& hop = tables.hops[member];
        return hop.kind == table::Hop::Kind::on_link && hop.interface == interface;
    });
}

// Whether sender and target can be stations. An answer goes to the sender's MAC, so a group there would multiply it
// (RFC 1812 section 3.3.2); a sender without an address is a probe.
bool names_one_station(const wire::Arp& arp)
{
    if (wire::is_multicast(arp.sender_mac) || arp.sender_mac == wire::MacBytes{}) return false;
    const bool sender = arp.is_probe() || !V4::is_unusable_source(arp.sender.raw());
    return sender && !V4::is_unusable_source(arp.target.raw());
}

} // namespace

bool answers_on_wire(const table::Snapshot& tables, std::uint16_t interface, const IpAddress& address) noexcept
{
    if (tables.interfaces[interface].network != table::public_network) return false;
    const auto* own = tables.locals.find(table::key_of(table::public_network, address));
    if (own == nullptr) return false;
    const bool ours =
        own->owner == table::Owner::service || own->owner == table::Owner::eip || own->owner == table::Owner::pool;
    return ours && is_on_link(tables, interface, address);
}

bool answers_in_network(const table::Snapshot& tables, std::uint16_t network, const IpAddress& address) noexcept
{
    const auto* own = tables.locals.find(table::key_of(network, address));
    return own != nullptr && own->owner == table::Owner::gateway;
}

ArpQuestion read_arp(const Packet& packet) noexcept
{
    const auto* arp = packet.at<wire::Arp>(arp_offset(packet));
    if (arp == nullptr || !arp->is_ipv4_over_ethernet() || !arp->is_request_or_reply() || !names_one_station(*arp))
        return {Verdict::drop(ParseDrop::arp_malformed), false, {}, {}};
    return {Verdict::next(), arp->operation == wire::Arp::request, Ipv4Address{arp->target.host()},
            Ipv4Address{arp->sender.host()}};
}

void turn_into_arp_reply(Packet& packet, const MacAddress& mac) noexcept
{
    auto* arp = packet.at<wire::Arp>(arp_offset(packet));
    const wire::Be32 target = arp->target;
    arp->operation = wire::Arp::reply;
    arp->target_mac = arp->sender_mac;
    arp->target = arp->sender;
    arp->sender_mac = mac.bytes;
    arp->sender = target;
    auto* ethernet = packet.at<wire::Ethernet>(0);
    ethernet->destination = arp->target_mac;
    ethernet->source = mac.bytes;
}

} // namespace sluice::ip
