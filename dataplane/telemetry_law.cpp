// The counter law, drops by reason, and the last packets that died.
#include <algorithm>
#include <ctime>

#include <rte_cycles.h>

#include "dataplane/telemetry.hpp"

namespace sluice::dataplane {
namespace {

constexpr std::uint64_t nanoseconds_per_second = 1'000'000'000;

api::Reason message_of(const Reason& reason, std::uint64_t packets)
{
    api::Reason message;
    message.set_name(std::string(reason.name));
    message.set_stage(std::string(reason.stage));
    message.set_meaning(std::string(reason.meaning));
    message.set_mend(std::string(reason.mend));
    message.set_packets(packets);
    return message;
}

// TSC ticks of the past as nanoseconds of the UNIX epoch.
class WallClock {
public:
    WallClock()
    {
        timespec now{};
        ::clock_gettime(CLOCK_REALTIME, &now);
        ns_ = static_cast<std::uint64_t>(now.tv_sec) * nanoseconds_per_second + static_cast<std::uint64_t>(now.tv_nsec);
    }
    [[nodiscard]] std::uint64_t ns_at(std::uint64_t ticks) const
    {
        const double ago =
            static_cast<double>(ticks_ - std::min(ticks, ticks_)) / static_cast<double>(rte_get_tsc_hz());
        return ns_ - static_cast<std::uint64_t>(ago * static_cast<double>(nanoseconds_per_second));
    }

private:
    std::uint64_t ticks_ = rte_rdtsc();
    std::uint64_t ns_ = 0;
};

} // namespace

void fill(api::Law& law, const LawTerms& terms)
{
    law.set_received(terms.received);
    law.set_injected(terms.injected);
    law.set_originated(terms.originated);
    law.set_sent(terms.sent);
    law.set_dropped(terms.dropped());
    law.set_punted(terms.punted);
    law.set_consumed(terms.consumed_total());
    law.set_held(terms.held);
    law.set_balanced(terms.balanced());
}

void fill(api::Drops& answer, const TelemetrySources& from, const ReasonNames& names)
{
    LawTerms sum;
    for (std::size_t id = 0; id < from.workers.size(); ++id) {
        const LawTerms terms = from.workers[id].law(); // read once: the sum is that of the rows
        add(sum, terms);
        api::WorkerLaw& worker = *answer.add_workers();
        worker.set_worker(static_cast<std::uint32_t>(id));
        fill(*worker.mutable_law(), terms);
    }
    fill(*answer.mutable_law(), sum);
    for (const Reason& reason : names.drops())
        *answer.add_drops() = message_of(reason, sum.drops[reason.flat]);
    for (const Reason& reason : names.consumed())
        *answer.add_consumed() = message_of(reason, sum.consumed[reason.flat]);
    for (std::size_t i = 0; i < from.ports.size(); ++i) {
        const rte_eth_stats statistics = from.ports[i].statistics();
        api::NicMissed& nic = *answer.add_nic();
        nic.set_port(from.ports[i].plan().name);
        nic.set_missed(statistics.imissed);
        nic.set_rx_no_mbuf(statistics.rx_nombuf);
    }
}

void fill(api::LastDrops& answer, const TelemetrySources& from, const ReasonNames& names, unsigned limit)
{
    std::vector<std::pair<DroppedPacket, std::size_t>> packets; // with their workers
    for (std::size_t id = 0; id < from.workers.size(); ++id)
        for (const DroppedPacket& packet : from.workers[id].last_drops().read())
            packets.emplace_back(packet, id);
    std::sort(packets.begin(), packets.end(),
              [](const auto& a, const auto& b) { return a.first.time_ticks < b.first.time_ticks; });
    const std::size_t skipped = limit != 0 && packets.size() > limit ? packets.size() - limit : 0;
    const WallClock clock;
    for (std::size_t i = skipped; i < packets.size(); ++i) {
        const auto& [packet, worker] = packets[i];
        api::LastDrop& drop = *answer.add_drops();
        drop.set_time_ns(clock.ns_at(packet.time_ticks));
        drop.set_reason(std::string(names.drop_name(packet.reason)));
        drop.set_stage(std::string(stage_name(packet.reason)));
        if (packet.interface < from.interfaces.size()) drop.set_interface(from.interfaces[packet.interface].name);
        drop.set_worker(static_cast<std::uint32_t>(worker));
        drop.set_length(packet.length);
        drop.set_data(packet.bytes.data(), packet.captured);
    }
}

} // namespace sluice::dataplane
