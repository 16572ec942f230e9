#include "pipelines/gateway.hpp"

#include <algorithm>
#include <utility>

#include "pipelines/express.hpp"
#include "pipelines/ip/drops.hpp"

namespace sluice {
namespace {

constexpr std::uint32_t errors_per_second = 1'000; // ICMP errors, per worker
// Of a capped worker: what begins at once is not to hold up established flows for longer than a NIC's ring lasts.
constexpr std::uint32_t new_sessions_at_once = 512;

} // namespace

Gateway::Gateway(translate::Sessions& sessions, Traffic traffic, std::uint64_t tsc_hz, std::uint32_t new_sessions,
                 StageClock* stages)
    : worker_{sessions,
              std::move(traffic),
              ip::Hold(tsc_hz),
              RateLimit(tsc_hz, errors_per_second),
              RateLimit(tsc_hz, new_sessions, new_sessions_at_once),
              tsc_hz / 2,
              {},
              {}}
    , stages_(stages)
{
}

void Gateway::receive(BurstContext& context, std::uint16_t port, rte_mbuf* const* frames, unsigned count) noexcept
{
    context.ledger.receive(count);
    GeneralWay general(worker_, context, port);
    if (context.observer == nullptr)
        Express(worker_, context).run(port, frames, count, general, stages_);
    else
        std::for_each_n(frames, count, [&general](rte_mbuf* frame) { general.take(frame); });
    context.departures.flush();
    worker_.reserves.settle(worker_.sessions);
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
    context.departures.flush();
    worker_.reserves.settle(worker_.sessions);
}

void Gateway::close(BurstContext& context) noexcept
{
    Forwarder forwarder(worker_, context);
    worker_.hold.take_all([&](Packet packet) {
        context.ledger.unhold();
        forwarder.settle(packet, Verdict::drop(ip::RouteDrop::neighbor_unresolved));
    });
    context.departures.flush();
    worker_.reserves.give_up(worker_.sessions);
}

} // namespace sluice
