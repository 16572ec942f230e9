#include "dataplane/published.hpp"

#include <new>
#include <utility>

namespace sluice::dataplane {
namespace {

rte_rcu_qsbr* make_rcu(unsigned workers)
{
    const std::size_t bytes = rte_rcu_qsbr_get_memsize(workers);
    void* memory = std::aligned_alloc(RTE_CACHE_LINE_SIZE, bytes);
    if (memory == nullptr) throw std::bad_alloc();
    auto* rcu = static_cast<rte_rcu_qsbr*>(memory);
    if (rte_rcu_qsbr_init(rcu, workers) != 0) {
        std::free(memory);
        throw std::bad_alloc();
    }
    return rcu;
}

} // namespace

Published::Published(unsigned workers, const table::Snapshot& first)
    : rcu_(make_rcu(workers))
    , current_(&first)
{
}

void Published::online(unsigned worker) noexcept
{
    rte_rcu_qsbr_thread_register(rcu_.get(), worker); // registering twice is harmless
    rte_rcu_qsbr_thread_online(rcu_.get(), worker);
}

void Published::leave(unsigned worker) noexcept
{
    rte_rcu_qsbr_thread_offline(rcu_.get(), worker);
    rte_rcu_qsbr_thread_unregister(rcu_.get(), worker);
}

void Published::replace(std::unique_ptr<const table::Snapshot> next)
{
    current_.store(next.get(), std::memory_order_release);
    synchronize();
    owned_ = std::move(next);
}

} // namespace sluice::dataplane
