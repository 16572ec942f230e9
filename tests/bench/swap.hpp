// The least that a packet can cost: its MAC addresses change places, as testpmd's macswap does it.
#pragma once

#include <rte_ether.h>
#include <rte_mbuf.h>

namespace sluice::bench {

inline void swap_addresses(rte_mbuf* const* frames, unsigned count)
{
    for (unsigned i = 0; i < count; ++i) {
        auto* ethernet = rte_pktmbuf_mtod(frames[i], rte_ether_hdr*);
        const rte_ether_addr kept = ethernet->src_addr;
        ethernet->src_addr = ethernet->dst_addr;
        ethernet->dst_addr = kept;
    }
}

} // namespace sluice::bench
