// Over how many queues a device deals out what it receives: its redirection table (RETA), read and mended. Toeplitz
// hash of a packet's addresses and ports, its low bits an index into the table, the entry a queue.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <rte_ethdev.h>

namespace sluice::dataplane {

struct ReceiveSpread {
    unsigned table_entries = 0;     // 0: the device shows no table
    unsigned queues = 0;            // that the table names
    unsigned key_bytes = 0;         // of the Toeplitz key; the driver's own is kept
    std::vector<std::string> types; // what the hash covers, in DPDK's words: "ipv4-tcp"
};

// Of a started device with RSS over `queues` receive queues. A table that names them unevenly, or not all of them, is
// written anew; what the device keeps of that is read back.
[[nodiscard]] ReceiveSpread spread_receiving(std::uint16_t device, unsigned queues);

} // namespace sluice::dataplane
