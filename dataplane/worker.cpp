#include "dataplane/worker.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include <rte_cycles.h>
#include <rte_ether.h>

#include <sys/prctl.h>

#include "dataplane/fault.hpp"

namespace sluice::dataplane {
namespace {

constexpr unsigned inject_burst = 32;
constexpr unsigned routing_reserve = punt_slots / 4; // queue places that only routing protocols may take
constexpr std::uint64_t ticks_per_hertz = 1'000;     // a pipeline tick every millisecond

void sleep_for(std::chrono::microseconds time) noexcept
{
    const timespec wait{0, std::chrono::nanoseconds(time).count()};
    ::nanosleep(&wait, nullptr);
}

} // namespace

Worker::Worker(const WorkerPlan& plan, Ports& ports, const std::vector<table::Interface>& interfaces,
               Pipeline& pipeline, Published& tables)
    : plan_(plan)
    , interfaces_(interfaces)
    , pipeline_(pipeline)
    , tables_(tables)
    , sent_(interfaces.size())
    , punts_(punt_slots)
    , injects_(inject_slots)
    , neighbor_requests_(neighbor_request_slots)
    , budget_(rte_get_tsc_hz(), default_punt_rates)
    , tick_interval_(rte_get_tsc_hz() / ticks_per_hertz)
{
    for (std::size_t i = 0; i < ports.size(); ++i) {
        transmitters_.emplace_back(ports[i], static_cast<std::uint16_t>(plan.id), plan.pool,
                                   Transmitter::Books{ledger_, last_drops_, sent_});
        for (unsigned queue = plan.id; queue < ports[i].queues().receive; queue += plan.workers)
            receive_queues_.push_back({&ports[i], static_cast<std::uint16_t>(i), static_cast<std::uint16_t>(queue)});
    }
}

void Worker::run() noexcept
{
    ::prctl(PR_SET_TIMERSLACK, 1'000UL); // nanoseconds: the default of 50 us would triple the shortest sleep
    tables_.online(plan_.id);
    while (!stopping_.load(std::memory_order_relaxed)) {
        const std::uint64_t start = rte_rdtsc();
        const unsigned frames = poll_once();
        tables_.quiescent(plan_.id);
        account(start, frames);
        if (frames != 0)
            idle_.work_done();
        else if (plan_.idle == config::Workers::Idle::sleep)
            rest();
    }
    close();
    tables_.leave(plan_.id);
}

BurstContext Worker::context() noexcept
{
    return {ledger_, last_drops_, *this, departures_, tables_.read(), plan_.pool, rte_rdtsc()};
}

unsigned Worker::poll_once() noexcept
{
    BurstContext now = context();
    unsigned frames = 0;
    for (const ReceiveQueue& queue : receive_queues_)
        frames += receive(now, queue);
    frames += inject();
    if (now.now >= next_tick_) {
        pipeline_.tick(now);
        next_tick_ = now.now + tick_interval_;
        settle();
    } else if (frames != 0) {
        settle();
    }
    return frames;
}

unsigned Worker::receive(BurstContext& now, const ReceiveQueue& from) noexcept
{
    if (from.port->removed()) return 0;
    std::array<rte_mbuf*, burst_size> frames;
    unsigned count = rte_eth_rx_burst(from.port->device(), from.queue, frames.data(), burst_size);
    if (count == 0) return 0;
    statistics_.bursts.add(1);
    statistics_.packets.add(count);
    if constexpr (built_in_fault == Fault::leak_mbuf) {
        if (std::exchange(fault_pending_, false)) {
            ledger_.receive(1);
            if (--count == 0) return 1;
        }
    }
    pipeline_.receive(now, from.index, frames.data(), count);
    if constexpr (built_in_fault == Fault::double_drop) {
        const auto& drops = ledger_.own().drops;
        const auto* const first = std::find_if(drops.begin(), drops.end(), [](auto packets) { return packets != 0; });
        if (fault_pending_ && first != drops.end()) {
            ledger_.drop(static_cast<std::uint8_t>(first - drops.begin()));
            fault_pending_ = false;
        }
    }
    return count;
}

unsigned Worker::inject() noexcept
{
    std::array<KernelFrame, inject_burst> frames;
    const unsigned count = injects_.pop(frames.data(), inject_burst);
    ledger_.inject(count);
    for (unsigned i = 0; i < count; ++i)
        inject_one(frames[i]);
    return count;
}

void Worker::inject_one(const KernelFrame& injected) noexcept
{
    rte_mbuf* frame = injected.frame;
    if (injected.interface >= interfaces_.size()) // the announcing link, which comes after all interfaces
        return drop_injected(worker::Drop::announced_address, injected.interface, frame);
    const table::Interface& interface = interfaces_[injected.interface];
    if (interface.vlan != 0) {
        frame->vlan_tci = interface.vlan;
        if (rte_vlan_insert(&frame) != 0) return drop_injected(worker::Drop::inject_no_headroom, interface.id, frame);
    }
    transmitters_[interface.port].add(interface.id, frame);
}

void Worker::drop_injected(worker::Drop why, std::uint32_t interface, rte_mbuf* frame) noexcept
{
    const std::uint8_t reason = flat_reason(why);
    last_drops_.record(rte_rdtsc(), reason, static_cast<std::uint16_t>(interface), *frame, 0);
    ledger_.drop(reason);
    rte_pktmbuf_free(frame);
}

// Nothing of the loop is left in the worker's hands: the law holds for what is published.
void Worker::settle() noexcept
{
    for (Transmitter& transmitter : transmitters_)
        transmitter.flush();
    ledger_.publish();
}

void Worker::account(std::uint64_t start, unsigned frames) noexcept
{
    const std::uint64_t cycles = rte_rdtsc() - start;
    statistics_.total_cycles.add(cycles);
    statistics_.longest_gap.show(cycles);
    if (frames != 0) statistics_.busy_cycles.add(cycles);
}

void Worker::rest() noexcept
{
    const auto time = idle_.after_empty_poll();
    if (time.count() == 0) return;
    const std::uint64_t start = rte_rdtsc();
    tables_.offline(plan_.id);
    sleep_for(time);
    tables_.online(plan_.id); // every published pointer is read anew from here
    statistics_.sleeps.add(1);
    const std::uint64_t cycles = rte_rdtsc() - start;
    statistics_.total_cycles.add(cycles);
    statistics_.longest_gap.show(cycles);
}

void Worker::close() noexcept
{
    BurstContext last = context();
    pipeline_.close(last);
    settle();
}

void Worker::transmit(rte_mbuf* const* frames, std::span<const DepartureRun> runs) noexcept
{
    static_assert(Departures::places <= transmit_buffer_slots);
    for (const DepartureRun& run : runs) {
        transmitters_[run.port].add(frames, run);
        frames += run.frames;
    }
}

bool Worker::punt(std::uint16_t interface, PuntClass punt_class, rte_mbuf* frame) noexcept
{
    const std::uint64_t now = rte_rdtsc();
    if (!budget_.allows(punt_class, now)) return false;
    if (punt_class != PuntClass::routing && punts_.room() <= routing_reserve) return false;
    if (!punts_.push({frame, interface, 0})) return false;
    budget_.spend(punt_class, now);
    return true;
}

void Worker::want_neighbor(std::uint16_t interface, const std::uint8_t* address, unsigned length) noexcept
{
    NeighborRequest request;
    request.interface = interface;
    request.length = static_cast<std::uint16_t>(std::min<std::size_t>(length, request.address.size()));
    std::copy_n(address, request.length, request.address.begin());
    static_cast<void>(neighbor_requests_.push(request)); // full: the pipeline asks again
}

} // namespace sluice::dataplane
