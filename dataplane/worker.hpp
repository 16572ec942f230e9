// One polling thread: receives from its queue of every port, hands bursts to the pipeline, takes frames of the kernel
// in, flushes what leaves, publishes its books, sleeps when idle and allowed to. Everything here belongs to the worker
// but the queues' other ends and what the const members show.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "config/schema.hpp"
#include "dataplane/burst/pipeline.hpp"
#include "dataplane/counters.hpp"
#include "dataplane/idle.hpp"
#include "dataplane/neighbor_request.hpp"
#include "dataplane/ports.hpp"
#include "dataplane/published.hpp"
#include "dataplane/punt_budget.hpp"
#include "dataplane/queue.hpp"
#include "dataplane/transmitter.hpp"

namespace sluice::dataplane {

// A frame between a worker and the kernel's side of an interface.
struct KernelFrame {
    rte_mbuf* frame = nullptr;
    std::uint32_t interface = 0;
    std::uint32_t unused = 0;
};

struct WorkerPlan {
    unsigned id = 0;
    unsigned core = 0;
    unsigned workers = 1;
    config::Workers::Idle idle = config::Workers::Idle::poll;
    rte_mempool* pool = nullptr; // for packets the node itself makes
};

struct WorkerStatistics {
    SingleWriterCounter bursts;
    SingleWriterCounter packets;
    SingleWriterCounter busy_cycles;
    SingleWriterCounter total_cycles;
    SingleWriterCounter sleeps;
    SingleWriterMaximum longest_gap; // cycles between two looks at the queues, sleeps included
};

class Worker final : public Outlets {
public:
    Worker(const WorkerPlan& plan, Ports& ports, const std::vector<table::Interface>& interfaces, Pipeline& pipeline,
           Published& tables);

    // The worker's thread. Returns after stop(): what was held has died, all frames have left, the books are closed.
    void run() noexcept;
    void stop() noexcept { stopping_.store(true, std::memory_order_relaxed); }

    // ---- Outlets: the worker's thread, inside a burst.
    void transmit(rte_mbuf* const* frames, std::span<const DepartureRun> runs) noexcept override;
    [[nodiscard]] bool punt(std::uint16_t interface, PuntClass punt_class, rte_mbuf* frame) noexcept override;
    void want_neighbor(std::uint16_t interface, const std::uint8_t* address, unsigned length) noexcept override;

    // ---- The exception path's thread: the only one to pop punts and to push injects.
    [[nodiscard]] Queue<KernelFrame>& punts() noexcept { return punts_; }
    [[nodiscard]] Queue<KernelFrame>& injects() noexcept { return injects_; }
    // ---- The table server's thread: the only one to pop.
    [[nodiscard]] Queue<NeighborRequest>& neighbor_requests() noexcept { return neighbor_requests_; }

    // ---- Any thread.
    [[nodiscard]] const WorkerPlan& plan() const { return plan_; }
    [[nodiscard]] LawTerms law() const noexcept { return ledger_.read(); }
    [[nodiscard]] const LastDrops& last_drops() const { return last_drops_; }
    [[nodiscard]] const WorkerStatistics& statistics() const { return statistics_; }
    [[nodiscard]] const std::vector<InterfaceCounter>& sent() const { return sent_; } // by interface

private:
    struct ReceiveQueue {
        const Port* port;
        std::uint16_t index;
        std::uint16_t queue;
    };

    [[nodiscard]] BurstContext context() noexcept;
    [[nodiscard]] unsigned poll_once() noexcept; // frames handled
    [[nodiscard]] unsigned receive(BurstContext& context, const ReceiveQueue& from) noexcept;
    [[nodiscard]] unsigned inject() noexcept;
    void inject_one(const KernelFrame& injected) noexcept;
    void drop_injected(worker::Drop why, std::uint32_t interface, rte_mbuf* frame) noexcept;
    void settle() noexcept;
    void account(std::uint64_t start, unsigned frames) noexcept;
    void rest() noexcept;
    void close() noexcept;

    WorkerPlan plan_;
    std::vector<table::Interface> interfaces_; // number, port and tag do not change while the process lives
    Pipeline& pipeline_;
    Published& tables_;
    Ledger ledger_;
    LastDrops last_drops_;
    std::vector<InterfaceCounter> sent_;
    std::vector<ReceiveQueue> receive_queues_;
    Departures departures_{*this};
    std::vector<Transmitter> transmitters_; // by port
    Queue<KernelFrame> punts_;
    Queue<KernelFrame> injects_;
    Queue<NeighborRequest> neighbor_requests_;
    PuntBudget budget_;
    IdleBackoff idle_;
    WorkerStatistics statistics_;
    std::uint64_t tick_interval_;
    std::uint64_t next_tick_ = 0;
    bool fault_pending_ = true;
    std::atomic<bool> stopping_{false};
};

} // namespace sluice::dataplane
