// What is used of a device, by what it says of itself: one row for each kind of device.
#include <catch2/catch.hpp>

#include "dataplane/device_use.hpp"
#include "dataplane/interfaces.hpp"
#include "dataplane/mempools.hpp"

namespace sluice::dataplane {
namespace {

using Names = std::vector<std::string>;

// A physical NIC of the better kind.
rte_eth_dev_info everything()
{
    rte_eth_dev_info info{};
    info.rx_offload_capa = ~std::uint64_t{0};
    info.tx_offload_capa = ~std::uint64_t{0};
    info.flow_type_rss_offloads = ~std::uint64_t{0};
    info.max_rx_pktlen = 9'728;
    info.max_mtu = 9'702;
    return info;
}

} // namespace

TEST_CASE("of a device that offers everything only what the dataplane can use is asked for")
{
    const DeviceUse use = judge_device(everything(), traits_of("net_ice"), 4);
    CHECK(use.used == Names{"rx-ipv4-checksum", "rx-segments", "tx-segments", "rss"});
    CHECK(use.missing.empty());
    CHECK(use.receive_offloads == (RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_SCATTER));
    CHECK(use.transmit_offloads == RTE_ETH_TX_OFFLOAD_MULTI_SEGS);
    CHECK(use.hash_types == (RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP));
    CHECK(use.largest_mtu == 9'702);
}

TEST_CASE("of a device that offers nothing all names are missing")
{
    rte_eth_dev_info info{};
    info.max_mtu = UINT16_MAX;
    info.max_rx_pktlen = 1'518;
    const DeviceUse use = judge_device(info, traits_of("net_plain"), 2);
    CHECK(use.used.empty());
    CHECK(use.missing == Names{"rx-ipv4-checksum", "rx-segments", "tx-segments", "rss"});
    CHECK(use.receive_offloads == 0);
    CHECK(use.transmit_offloads == 0);
    CHECK(use.hash_types == 0);
    CHECK(use.most_segments == 1);
    CHECK(use.largest_mtu == 1'500);
}

TEST_CASE("one queue needs no RSS")
{
    const DeviceUse use = judge_device(everything(), traits_of("net_ice"), 1);
    CHECK(use.hash_types == 0);
    CHECK(use.used == Names{"rx-ipv4-checksum", "rx-segments", "tx-segments"});
    CHECK(use.missing.empty());
}

TEST_CASE("a tap is asked for no RSS, which crashes its driver, and for no checksums, which it computes itself")
{
    const DeviceUse use = judge_device(everything(), traits_of("net_tap"), 4);
    CHECK(use.hash_types == 0);
    CHECK(use.used == Names{"rx-segments", "tx-segments"});
    CHECK(use.missing == Names{"rx-ipv4-checksum"});
}

TEST_CASE("a device that sends chains says how long they may be, or takes any")
{
    rte_eth_dev_info info = everything();
    CHECK(judge_device(info, traits_of("net_ice"), 1).most_segments == RTE_MBUF_MAX_NB_SEGS);
    info.tx_desc_lim.nb_mtu_seg_max = 8;
    CHECK(judge_device(info, traits_of("net_ice"), 1).most_segments == 8);
}

TEST_CASE("a driver may fill two rings for a queue")
{
    CHECK(traits_of("net_vmxnet3").receive_rings == 2);
    CHECK(traits_of("net_e1000_em").receive_rings == 1);
}

TEST_CASE("a PCI device has one name, however short or loud it is written")
{
    CHECK(device_name("0000:3b:00.1") == "0000:3b:00.1");
    CHECK(device_name("3B:00.1") == "0000:3b:00.1");
    CHECK(device_name("3b:00.1,representor=0") == "0000:3b:00.1");
    CHECK(device_name("net_tap0,iface=Fabric") == "net_tap0");
    CHECK(device_name("net_Null0") == "net_Null0");
}

} // namespace sluice::dataplane
