#include "dataplane/mempools.hpp"

#include <algorithm>
#include <string>

#include <rte_errno.h>
#include <rte_ether.h>

#include "dataplane/burst/pipeline.hpp"
#include "dataplane/limits.hpp"

namespace sluice::dataplane {
namespace {

static_assert(RTE_PKTMBUF_HEADROOM >= 128, "the largest encapsulation and a VLAN tag must fit in front of a packet");

constexpr unsigned cached_mbufs = 256; // per lcore
constexpr unsigned held_mbufs = 2'048; // waiting for neighbours and first fragments
constexpr unsigned tagged_ethernet_bytes = RTE_ETHER_HDR_LEN + 2 * RTE_VLAN_HLEN + RTE_ETHER_CRC_LEN;
constexpr unsigned mbuf_overhead_bytes = 256; // rte_mbuf, mempool header, alignment
// Threads of a laptop or a test share cores. With the default ring a thread that is preempted inside it stops all
// others; with relaxed tails it does not.
constexpr const char* pool_ring = "ring_mt_rts";

} // namespace

MempoolPlan plan_mempool(const std::vector<PortPlan>& ports, unsigned workers)
{
    unsigned in_devices = 0;
    unsigned largest_mtu = 0;
    for (const PortPlan& port : ports) {
        in_devices += std::max(port.queues, workers) * port.rx_descriptors + workers * port.tx_descriptors;
        largest_mtu = std::max(largest_mtu, port.mtu);
    }
    const auto collected = transmit_buffer_slots * static_cast<unsigned>(ports.size());
    const unsigned per_worker = cached_mbufs * 3 / 2 + burst_size + punt_slots + inject_slots + collected;
    const unsigned room = RTE_PKTMBUF_HEADROOM + largest_mtu + tagged_ethernet_bytes;
    return {in_devices + workers * per_worker + held_mbufs,
            static_cast<std::uint16_t>(std::clamp<unsigned>((room + 63) / 64 * 64, RTE_MBUF_DEFAULT_BUF_SIZE, 65'472))};
}

std::uint64_t bytes_of(const MempoolPlan& plan)
{
    return std::uint64_t{plan.mbufs} * (plan.data_room + mbuf_overhead_bytes);
}

Mempools::~Mempools()
{
    for (const auto& [socket, pool] : pools_)
        rte_mempool_free(pool);
}

Result<rte_mempool*> Mempools::on_socket(int socket)
{
    if (const auto found = pools_.find(socket); found != pools_.end()) return found->second;
    const std::string name = "packets-" + std::to_string(socket);
    rte_mempool* pool =
        rte_pktmbuf_pool_create_by_ops(name.c_str(), plan_.mbufs, cached_mbufs, 0, plan_.data_room, socket, pool_ring);
    if (pool == nullptr && !pools_.empty()) return pools_.begin()->second;
    if (pool == nullptr)
        return fail("memory", std::to_string(plan_.mbufs) + " mbufs of " + std::to_string(plan_.data_room) +
                                  " bytes (" + std::to_string(bytes_of(plan_) >> 20) + " MiB) could not be had: " +
                                  rte_strerror(rte_errno) + "; reserve more hugepages or lower the largest mtu");
    pools_.emplace(socket, pool);
    return pool;
}

std::uint64_t Mempools::free_mbufs() const
{
    std::uint64_t sum = 0;
    for (const auto& [socket, pool] : pools_)
        sum += rte_mempool_avail_count(pool);
    return sum;
}

} // namespace sluice::dataplane
