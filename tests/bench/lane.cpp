#include "tests/bench/lane.hpp"

#include <sched.h>

#include <rte_mbuf.h>

namespace sluice::bench {

std::uint16_t receive(void* queue, rte_mbuf** frames, std::uint16_t room) noexcept
{
    const auto& from = *static_cast<Queue*>(queue);
    Job* job = from.lane->job.load(std::memory_order_acquire);
    if (from.lane->shares_core && (job == nullptr || job->is_done())) ::sched_yield();
    if (job == nullptr || job->port() != from.port) return 0;
    return static_cast<std::uint16_t>(job->receive(frames, room));
}

std::uint16_t transmit(void* queue, rte_mbuf** frames, std::uint16_t count) noexcept
{
    const auto& to = *static_cast<Queue*>(queue);
    Job* job = to.lane->job.load(std::memory_order_acquire);
    if (job != nullptr)
        job->take(to.port, frames, count);
    else
        rte_pktmbuf_free_bulk(frames, count);
    return count;
}

} // namespace sluice::bench
