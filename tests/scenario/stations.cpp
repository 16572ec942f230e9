#include "tests/scenario/stations.hpp"

namespace sluice::test {

Packet from_radio(const Bench& bench, std::uint32_t teid)
{
    Packet packet;
    packet.ethernet(bench.mac("n3"), radio_mac).vlan(310).ipv4("10.30.0.9", "10.30.0.1").udp(2152, 2152).gtpu(teid);
    return packet;
}

Packet from_phone(const Bench& bench, std::string_view destination)
{
    return from_radio(bench).ipv4("100.64.0.7", destination);
}

Packet from_machine(const Bench& bench, std::string_view machine, unsigned vni)
{
    const bool second = machine == "10.1.0.32";
    Packet packet;
    packet.ethernet(bench.mac("fabric"), second ? host2_mac : host1_mac)
        .ipv4(second ? "10.20.0.12" : "10.20.0.11", "10.20.0.2")
        .udp(51'000, 4789)
        .vxlan(vni)
        .ethernet(gateway_mac, second ? "52:54:00:00:01:32" : "52:54:00:00:01:31");
    return packet;
}

Packet from_internet(const Bench& bench)
{
    Packet packet;
    packet.ethernet(bench.mac("internet"), router_mac);
    return packet;
}

} // namespace sluice::test
