// What a worker drives: one virtual call per burst.
#pragma once

#include <cstdint>

#include "dataplane/burst/departures.hpp"
#include "dataplane/burst/last_drops.hpp"
#include "dataplane/burst/ledger.hpp"
#include "dataplane/burst/outlets.hpp"

struct rte_mbuf;
struct rte_mempool;

namespace sluice {

class Observer;

namespace table {
struct Snapshot;
}

inline constexpr unsigned burst_size = 64;

// What the worker lends for one burst. `tables` stays valid until the call returns, never longer.
struct BurstContext {
    Ledger& ledger;
    LastDrops& last_drops;
    Outlets& outlets;
    Departures& departures; // to `outlets`; flushed before the call returns
    const table::Snapshot& tables;
    rte_mempool* pool;            // for packets that the node itself makes
    std::uint64_t now;            // TSC
    Observer* observer = nullptr; // a dry run when there is one
};

class Pipeline {
public:
    virtual ~Pipeline() = default;
    // Takes all `count` frames (1..burst_size), received on `port`. When it returns each is sent, dropped, punted,
    // consumed or held, and counted; `received` is counted here.
    virtual void receive(BurstContext& context, std::uint16_t port, rte_mbuf* const* frames,
                         unsigned count) noexcept = 0;
    // Between bursts, at least every millisecond: held packets whose neighbour is known go on, old ones die.
    virtual void tick(BurstContext& context) noexcept = 0;
    // At the worker's end: what is held dies under its name, so that the law closes.
    virtual void close(BurstContext& context) noexcept = 0;
};

} // namespace sluice
