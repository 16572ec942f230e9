#include "dataplane/published.hpp"

#include <new>
#include <utility>

namespace sluice::dataplane {
namespace {

constexpr std::uint64_t offline_count = 0; // of a worker, as rte_rcu_qsbr.h writes it

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

void Published::publish(std::unique_ptr<const table::Snapshot> next)
{
    former_ = current_.load(std::memory_order_relaxed);
    former_owned_ = std::move(owned_);
    owned_ = std::move(next);
    current_.store(owned_.get(), std::memory_order_release);
    token_ = rte_rcu_qsbr_start(rcu_.get());
}

bool Published::settle() noexcept
{
    if (former_ == nullptr) return true;
    if (rte_rcu_qsbr_check(rcu_.get(), token_, false) != 1) return false;
    former_ = nullptr;
    former_owned_.reset();
    return true;
}

std::optional<unsigned> Published::laggard() const noexcept
{
    if (former_ == nullptr) return std::nullopt;
    for (unsigned worker = 0; worker < rcu_->max_threads; ++worker) {
        const std::uint64_t reached = __atomic_load_n(&rcu_->qsbr_cnt[worker].cnt, __ATOMIC_ACQUIRE);
        if (reached != offline_count && reached < token_) return worker;
    }
    return std::nullopt;
}

void Published::replace(std::unique_ptr<const table::Snapshot> next)
{
    publish(std::move(next));
    synchronize();
    static_cast<void>(settle());
}

} // namespace sluice::dataplane
