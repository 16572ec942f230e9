#include "tests/bench/cases/side.hpp"

#include <utility>

#include "tests/bench/world.hpp"

namespace sluice::bench {
namespace {

constexpr std::uint16_t first_entropy_port = 49'152; // RFC 7348 section 5: the dynamic range
constexpr std::uint16_t senders_port = 50'000;       // hosts choose one too; the node does not look at it

} // namespace

Side plain(std::uint16_t port, const Mac& router, bool is_v4)
{
    Side side;
    side.port = port;
    side.layout = is_v4 ? Layout::tcp4(ethernet_length) : Layout::tcp6(ethernet_length);
    side.leaving_ip = ethernet_length;
    side.arriving = [port, router](std::uint32_t, const Segment& segment) {
        return padded(on_link(tcp(segment), {our_mac(port), router}));
    };
    side.leaving = [port, router](std::uint32_t, const Segment& segment, test::ByteSpan) {
        return on_link(tcp(segment), {router, our_mac(port)});
    };
    return side;
}

Side behind_gtpu(std::uint32_t phones)
{
    Side side;
    side.port = fabric_port;
    side.layout = Layout::tcp4(tagged_length + gtpu_length);
    side.layout.tunnel = tagged_length + gtpu_length - 4;
    side.leaving_ip = tagged_length + gtpu_length;
    side.arriving = [phones](std::uint32_t flow, const Segment& segment) {
        const Gtpu tunnel{Phone::peer, Phone::endpoint, Phone::teid(flow % phones)};
        return on_link(in_gtpu(tcp(segment), tunnel), {our_mac(fabric_port), base_station, Phone::vlan});
    };
    side.leaving = [phones](std::uint32_t flow, const Segment& segment, test::ByteSpan) {
        const Gtpu tunnel{Phone::endpoint, Phone::peer, Phone::peer_teid(flow % phones)};
        return on_link(in_gtpu(tcp(segment), tunnel), {base_station, our_mac(fabric_port), Phone::vlan});
    };
    return side;
}

Side behind_vxlan(MachineOf machine_of, VniOf vni_of)
{
    Side side;
    side.port = fabric_port;
    side.layout = Layout::tcp4(ethernet_length + vxlan_length);
    side.layout.outer_checksum = ethernet_length + 10;
    side.layout.outer_source = ethernet_length + 14;
    side.layout.tunnel = ethernet_length + 20 + 8 + 4;
    side.leaving_ip = ethernet_length + vxlan_length;
    side.arriving = [machine_of, vni_of](std::uint32_t flow, const Segment& segment) {
        const std::uint32_t machine = machine_of(flow, segment);
        // One inner MAC for all: the node routes, it does not bridge.
        const Vxlan tunnel{Machine::host(machine), Machine::vtep,    senders_port,
                           vni_of(machine),        Machine::gateway, Machine::mac(0)};
        return on_link(in_vxlan(tcp(segment), tunnel), {our_mac(fabric_port), fabric_router});
    };
    side.leaving = [machine_of = std::move(machine_of), vni_of = std::move(vni_of)](
                       std::uint32_t flow, const Segment& segment, test::ByteSpan got) -> std::optional<Frame> {
        if (got.size() < ethernet_length + vxlan_length) return std::nullopt;
        const auto entropy = static_cast<std::uint16_t>(number_at(got, ethernet_length + 20, 2));
        if (entropy < first_entropy_port) return std::nullopt;
        const std::uint32_t machine = machine_of(flow, segment);
        const Vxlan tunnel{Machine::vtep,   Machine::host(machine), entropy,
                           vni_of(machine), Machine::mac(machine),  Machine::gateway};
        return on_link(in_vxlan(tcp(segment), tunnel), {fabric_router, our_mac(fabric_port)});
    };
    return side;
}

} // namespace sluice::bench
