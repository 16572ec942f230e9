// ICMP errors about NATed connections: a router of the internet says "time exceeded" and quotes the head of a packet as
// it saw it; the node gives the error and the quote the addresses that the campus knows. RFC 792, RFC 5508 section 4.
#include "tests/bench/cases/nat_flows.hpp"
#include "tests/bench/world.hpp"

namespace sluice::bench {
namespace {

constexpr std::uint32_t router = ipv4(12, 0, 0, 1);
constexpr std::size_t quoted_length = 20 + 8; // IP header and the first eight bytes of TCP
constexpr std::uint16_t ip_at = ethernet_length;
constexpr std::uint16_t icmp_at = ip_at + 20;
constexpr std::uint16_t quote_at = icmp_at + 8;

// From `router` to the source of `segment`, about it.
Frame error(const Segment& segment, std::uint8_t ttl)
{
    Frame frame;
    frame.append(20 + 8 + quoted_length);
    frame.put(28, tcp(segment).part(0, quoted_length));
    frame.put(20, 4, 0x0B000000); // time exceeded in transit
    frame.put(22, 2, test::reference_checksum(frame.part(20, 8 + quoted_length)));
    frame.put(0, 2, 0x4500);
    frame.put(2, 2, frame.size());
    frame.put(4, 4, 0x43210000);
    frame.put(8, 1, ttl);
    frame.put(9, 1, 1); // ICMP
    frame.put(12, 4, router);
    frame.put(16, segment.source.span());
    frame.put(10, 2, test::reference_checksum(frame.part(0, 20)));
    return frame;
}

Layout layout()
{
    Layout layout;
    layout.outer_checksum = ip_at + 10;
    layout.tunnel = ip_at + 16; // the public address
    layout.transport_checksum = icmp_at + 2;
    layout.ip_checksum = quote_at + 10;
    layout.source = quote_at + 12;
    layout.destination = quote_at + 16;
    layout.source_port = quote_at + 20;
    layout.destination_port = quote_at + 22;
    return layout;
}

Prepared prepare_errors(Node& node, std::size_t count)
{
    const Shared flows = campus_flows(count);
    establish(node, flows);
    Train train(internet_port, layout());
    for (std::uint32_t flow = 0; flow < count; ++flow)
        train.add(on_link(error(flows->far(flow, TcpFlags::ack), 64), {our_mac(internet_port), internet_router}));
    train.shuffle(count);
    const Oracle oracle = [flows](std::uint32_t flow, test::ByteSpan) -> std::optional<Expected> {
        return Expected{campus_port,
                        on_link(error(flows->near(flow, TcpFlags::ack), 63), {campus_router(0), our_mac(campus_port)})};
    };
    return {std::move(train), oracle, count};
}

} // namespace

std::vector<Case> icmp_cases()
{
    const std::vector<std::size_t> counts{1, thousand, 64 * thousand};
    const std::vector<Budget> budgets{{1, 400}, {thousand, 400}, {64 * thousand, 400}};
    return {{"icmp-error", "flows", counts, budgets, hold_sessions, prepare_errors}};
}

} // namespace sluice::bench
