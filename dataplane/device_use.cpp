#include "dataplane/device_use.hpp"

#include <algorithm>

#include <rte_ether.h>

namespace sluice::dataplane {
namespace {

constexpr std::uint64_t spread_by = RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP;

// As DPDK will judge it: what the device receives less what stands in front of the IP packet, by the driver's own
// figure where it gives both.
unsigned largest_mtu(const rte_eth_dev_info& device)
{
    if (device.max_rx_pktlen == 0) return device.max_mtu;
    const bool tells_overhead = device.max_mtu != UINT16_MAX && device.max_rx_pktlen > device.max_mtu;
    const unsigned overhead = RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN;
    return tells_overhead ? device.max_mtu : std::min<unsigned>(device.max_mtu, device.max_rx_pktlen - overhead);
}

// A driver that sends no chains reads the whole length from the first segment, or refuses; one that does may still take
// only so many segments, and give up longer chains without a word.
unsigned most_segments(const rte_eth_dev_info& device)
{
    if ((device.tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS) == 0) return 1;
    const unsigned most = device.tx_desc_lim.nb_mtu_seg_max;
    return most == 0 ? RTE_MBUF_MAX_NB_SEGS : most;
}

void note(DeviceUse& use, bool has, const char* name)
{
    (has ? use.used : use.missing).emplace_back(name);
}

} // namespace

DriverTraits traits_of(const std::string& driver)
{
    const bool tap = driver == "net_tap";
    const unsigned rings = driver == "net_vmxnet3" ? 2 : 1;
    const bool of_kernel = tap || driver == "net_af_xdp";
    return {.is_tap = tap,
            .kernel_spreads = of_kernel,
            .equal_queues = of_kernel,
            .emulates_checksums = tap,
            .receive_rings = rings};
}

DeviceUse judge_device(const rte_eth_dev_info& device, const DriverTraits& traits, unsigned receive_queues)
{
    DeviceUse use;
    use.largest_mtu = largest_mtu(device);
    use.receive_offloads = device.rx_offload_capa & (RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_SCATTER);
    if (traits.emulates_checksums) use.receive_offloads &= ~std::uint64_t{RTE_ETH_RX_OFFLOAD_IPV4_CKSUM};
    use.transmit_offloads = device.tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
    use.most_segments = most_segments(device);
    note(use, (use.receive_offloads & RTE_ETH_RX_OFFLOAD_IPV4_CKSUM) != 0, "rx-ipv4-checksum");
    note(use, (use.receive_offloads & RTE_ETH_RX_OFFLOAD_SCATTER) != 0, "rx-segments");
    note(use, use.transmit_offloads != 0, "tx-segments");
    if (receive_queues <= 1 || traits.kernel_spreads) return use; // a tap's driver crashes when it is asked for RSS
    use.hash_types = device.flow_type_rss_offloads & spread_by;
    note(use, use.hash_types != 0, "rss");
    return use;
}

} // namespace sluice::dataplane
