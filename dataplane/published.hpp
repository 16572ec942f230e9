// The one pointer to the published tables and the grace periods around it.
// Written by the table server's thread only (replace), read by the workers between online() and offline(); the old
// tables are freed when every online worker has passed a quiescent state. Nothing here can be full.
#pragma once

#include <atomic>
#include <cstdlib>
#include <memory>

#include <rte_rcu_qsbr.h>

#include "dataplane/table/snapshot.hpp"

namespace sluice::dataplane {

class Published {
public:
    // `first` outlives this object or its first replacement. Throws bad_alloc.
    Published(unsigned workers, const table::Snapshot& first);

    // ---- A worker, with its number. Pointers got from read() are void after quiescent() and offline().
    void online(unsigned worker) noexcept;
    void offline(unsigned worker) noexcept { rte_rcu_qsbr_thread_offline(rcu_.get(), worker); }
    void leave(unsigned worker) noexcept; // at the worker's end
    void quiescent(unsigned worker) noexcept { rte_rcu_qsbr_quiescent(rcu_.get(), worker); }
    [[nodiscard]] const table::Snapshot& read() const noexcept { return *current_.load(std::memory_order_acquire); }

    // ---- The table server's thread.
    // From now on every burst sees `next`; returns when no worker sees what was there before, which is then freed.
    void replace(std::unique_ptr<const table::Snapshot> next);

    // ---- Any thread that is no worker: returns after a grace period.
    // (In the two steps of rte_rcu_qsbr_synchronize, which are inline: ThreadSanitizer sees the order that they make.)
    void synchronize() noexcept { rte_rcu_qsbr_check(rcu_.get(), rte_rcu_qsbr_start(rcu_.get()), true); }
    // For owners of tables of their own that free by grace period (rte_rcu_qsbr_start, rte_rcu_qsbr_check).
    [[nodiscard]] rte_rcu_qsbr* rcu() noexcept { return rcu_.get(); }

private:
    struct Free {
        void operator()(rte_rcu_qsbr* rcu) const noexcept { std::free(rcu); }
    };
    std::unique_ptr<rte_rcu_qsbr, Free> rcu_;
    std::atomic<const table::Snapshot*> current_;
    std::unique_ptr<const table::Snapshot> owned_;
};

} // namespace sluice::dataplane
