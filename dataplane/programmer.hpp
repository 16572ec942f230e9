// What happens to a transaction: Model::apply builds the next tables or refuses → Published::publish makes them visible
// → no worker reads the old ones any more → Committed. It appears to a packet wholly or not at all. The table server's
// thread only.
//
// A worker that stands still (stopped by a debugger, starved by another program) may be in the midst of the old tables.
// Then the answer is given after `patience`, the old tables are kept, and until the worker goes on every further
// transaction is refused in a sentence: what waits for it is one snapshot, however many changes are wanted meanwhile.
// Whoever sent them keeps what he wants, and sends the difference again (control/reconciler.hpp).
#pragma once

#include <chrono>
#include <cstdint>

#include "dataplane/api/sluice.pb.h"
#include "dataplane/published.hpp"
#include "dataplane/table/model.hpp"

namespace sluice::dataplane {

class Programmer {
public:
    static constexpr std::chrono::milliseconds default_patience{250};

    // Both outlive it.
    Programmer(table::Model& model, Published& tables, std::chrono::milliseconds patience = default_patience)
        : model_(model)
        , tables_(tables)
        , patience_(patience)
    {
    }

    // Committed or Failure.
    [[nodiscard]] api::Reply program(const api::Transaction& transaction);
    // Between transactions: frees what no worker reads any more.
    void settle();

private:
    using Clock = std::chrono::steady_clock;

    [[nodiscard]] bool settles_in_time();
    [[nodiscard]] api::Reply refuse_for_laggard();

    table::Model& model_;
    Published& tables_;
    std::chrono::milliseconds patience_;
    bool stands_still_ = false; // a worker does, and it was said
    Clock::time_point since_{};
    std::uint64_t refused_ = 0; // since then
};

} // namespace sluice::dataplane
