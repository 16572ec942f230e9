// Where packets lie: one pool of mbufs per socket that has a port.
//
// Every mbuf has room for the largest frame of any port, so that a received packet is one segment and the headers are
// in it whatever their number. With jumbo frames this costs memory (9.5 KB each), not time; what a peer or driver
// splits all the same arrives as a chain and is accepted. The headroom is DPDK's own (128 bytes, what drivers leave on
// receive): the largest encapsulation is 70 bytes of IPv6/UDP/VXLAN with the inner Ethernet header, and a VLAN tag.
// When a pool is empty the NIC's receive misses are counted by the driver (rx_no_mbuf), those of the kernel by the
// exception path.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include <rte_mbuf.h>

#include "dataplane/base/result.hpp"
#include "dataplane/interfaces.hpp"

namespace sluice::dataplane {

struct MempoolPlan {
    unsigned mbufs = 0;          // per socket
    std::uint16_t data_room = 0; // headroom included
};

// As many as all rings hold together with what is in the workers' hands, so that no queue can starve another. The
// configuration's memory plan counts alike (config/memory.cpp).
[[nodiscard]] MempoolPlan plan_mempool(const std::vector<PortPlan>& ports, unsigned workers);
[[nodiscard]] std::uint64_t bytes_of(const MempoolPlan& plan);

class Mempools {
public:
    explicit Mempools(const MempoolPlan& plan)
        : plan_(plan)
    {
    }
    Mempools(Mempools&&) = delete;
    ~Mempools(); // after the ports are closed

    // Before the first pool is made: what a driver keeps beside the rings is known only when it is asked.
    void enlarge(unsigned mbufs) { plan_.mbufs += mbufs; }
    // Makes the socket's pool at the first call. A socket without memory gets its pool from another one.
    [[nodiscard]] Result<rte_mempool*> on_socket(int socket);
    [[nodiscard]] std::uint64_t free_mbufs() const;
    [[nodiscard]] std::uint64_t size() const { return std::uint64_t{plan_.mbufs} * pools_.size(); }

private:
    MempoolPlan plan_;
    std::map<int, rte_mempool*> pools_;
};

} // namespace sluice::dataplane
