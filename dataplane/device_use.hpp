// What a device offers of the things that the dataplane can use, as the device itself tells; nothing is assumed of a
// driver's name but what cannot be asked. README.md has the table of what stands in for the rest.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <rte_ethdev.h>

namespace sluice::dataplane {

// What is peculiar to a driver and cannot be asked of it.
struct DriverTraits {
    bool is_tap = false;             // its kernel end wears the device's MAC address; link state means nothing
    bool kernel_spreads = false;     // flows over the queues; RSS is not ours to ask for
    bool equal_queues = false;       // as many receive as transmit queues, or it refuses
    bool emulates_checksums = false; // its checksum offload is a software pass over the whole packet
    unsigned receive_rings = 1;      // of each receive queue, all filled with buffers
};
[[nodiscard]] DriverTraits traits_of(const std::string& driver);

struct DeviceUse {
    std::uint64_t receive_offloads = 0;  // RTE_ETH_RX_OFFLOAD_*
    std::uint64_t transmit_offloads = 0; // RTE_ETH_TX_OFFLOAD_*
    std::uint64_t hash_types = 0;        // RTE_ETH_RSS_*; 0: no RSS
    unsigned largest_mtu = 0;            // L3 bytes
    unsigned most_segments = 1;          // of one frame that is sent
    std::vector<std::string> used;       // by name: rx-ipv4-checksum, rx-segments, tx-segments, rss
    std::vector<std::string> missing;    // of the same names, those that the device does not have
};

// `receive_queues`: how many there will be; one needs no RSS, and a tap's are filled by the kernel.
[[nodiscard]] DeviceUse judge_device(const rte_eth_dev_info& device, const DriverTraits& traits,
                                     unsigned receive_queues);

} // namespace sluice::dataplane
