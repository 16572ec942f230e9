#include "pipelines/gateway.hpp"

#include <array>
#include <utility>

#include "pipelines/arrival.hpp"
#include "pipelines/ip/drops.hpp"

namespace sluice {
namespace {

constexpr std::uint32_t errors_per_second = 1'000; // ICMP errors, per worker

} // namespace

Gateway::Gateway(translate::Sessions& sessions, Traffic traffic, std::uint64_t tsc_hz)
    : worker_{sessions, std::move(traffic), ip::Hold(tsc_hz), RateLimit(tsc_hz, errors_per_second)}
{
}

void Gateway::receive(BurstContext& context, std::uint16_t port, rte_mbuf* const* frames, unsigned count) noexcept
{
    context.ledger.receive(count);
    Arrival arrival(context, worker_.traffic);
    Forwarder forwarder(worker_, context);
    std::array<Packet, burst_size> lane;
    unsigned going = 0;
    for (unsigned i = 0; i < count; ++i) {
        Packet& packet = lane[going];
        packet = Packet{};
        packet.mbuf = frames[i];
        const Verdict verdict = arrival.take(packet, port);
        if (!verdict.goes_on()) {
            forwarder.settle(packet, verdict);
            continue;
        }
        forwarder.hash(packet);
        ++going;
    }
    for (unsigned i = 0; i < going; ++i)
        forwarder.fetch(lane[i]);
    for (unsigned i = 0; i < going; ++i)
        forwarder.forward(lane[i]);
}

void Gateway::tick(BurstContext& context) noexcept
{
    if (worker_.hold.empty()) return;
    Forwarder forwarder(worker_, context);
    if (std::exchange(routes_epoch_, context.tables.routes_epoch) != context.tables.routes_epoch) {
        worker_.hold.take_all([&](Packet packet) {
            context.ledger.unhold();
            forwarder.forward(packet);
        });
    }
    worker_.hold.expire(
        context.now,
        [&](Packet packet) {
            context.ledger.unhold();
            forwarder.settle(packet, Verdict::answer(ip::RouteDrop::neighbor_unresolved, Problem::host_unreachable));
        },
        [&](const ip::Hold::Target& target) {
            const std::string address = target.address.packed();
            context.outlets.want_neighbor(target.interface, reinterpret_cast<const std::uint8_t*>(address.data()),
                                          static_cast<unsigned>(address.size()));
        });
}

void Gateway::close(BurstContext& context) noexcept
{
    Forwarder forwarder(worker_, context);
    worker_.hold.take_all([&](Packet packet) {
        context.ledger.unhold();
        forwarder.settle(packet, Verdict::drop(ip::RouteDrop::neighbor_unresolved));
    });
}

} // namespace sluice
