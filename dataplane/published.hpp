// The one pointer to the published tables and the grace periods around it.
// Written by the table server's thread only (publish), read by the workers between online() and offline(); the old
// tables are freed when every online worker has passed a quiescent state. A worker that stands still keeps those that
// it may be reading alive, and nothing is published until it goes on: two snapshots live at most, whatever is wanted.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>

#include <rte_rcu_qsbr.h>

#include "dataplane/table/snapshot.hpp"

namespace sluice::dataplane {

class Published {
public:
    // `first` outlives this object, or the first tables after it are settled. Throws bad_alloc.
    Published(unsigned workers, const table::Snapshot& first);

    // ---- A worker, with its number. Pointers got from read() are void after quiescent() and offline().
    void online(unsigned worker) noexcept;
    void offline(unsigned worker) noexcept { rte_rcu_qsbr_thread_offline(rcu_.get(), worker); }
    void leave(unsigned worker) noexcept; // at the worker's end
    void quiescent(unsigned worker) noexcept { rte_rcu_qsbr_quiescent(rcu_.get(), worker); }
    [[nodiscard]] const table::Snapshot& read() const noexcept { return *current_.load(std::memory_order_acquire); }

    // ---- The table server's thread.
    // From now on every burst sees `next`. Precondition: what was published before is settled.
    void publish(std::unique_ptr<const table::Snapshot> next);
    // True: no worker sees anything older than read(), and nothing older is kept. Returns at once.
    [[nodiscard]] bool settle() noexcept;
    // What every worker has reached: older tables than these are seen by none. For whoever ends what tables named.
    [[nodiscard]] const table::Snapshot& settled() const noexcept { return former_ != nullptr ? *former_ : read(); }
    // Of what is not settled: a worker that it waits for.
    [[nodiscard]] std::optional<unsigned> laggard() const noexcept;
    // Both, and waits as long as it takes: where no worker can be stopped.
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
    std::unique_ptr<const table::Snapshot> owned_; // what current_ points to, unless that is the first

    const table::Snapshot* former_ = nullptr; // none: all is settled
    std::unique_ptr<const table::Snapshot> former_owned_;
    std::uint64_t token_ = 0; // of the grace period of `former_`
};

} // namespace sluice::dataplane
