// The tester: two memif ports, of which one or both send their frames in turn at a given rate, while all that comes
// back is counted. One thread does both, as the node's worker does on the other side.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "dataplane/base/result.hpp"
#include "tools/pktgen/capture_file.hpp"
#include "tools/pktgen/stamps.hpp"

struct rte_mempool;

namespace sluice::pktgen {

inline constexpr std::size_t port_count = 2;

struct Order {
    std::uint64_t packets_per_second = 0; // of all sending ports together
    std::uint64_t milliseconds = 0;       // 0: until `frames` are sent
    std::uint64_t frames = 0;             // of each sending port; 0: until the time is over
};

struct PortCounts {
    std::uint64_t sent = 0;     // taken by the ring
    std::uint64_t received = 0; // taken from the ring
    std::uint64_t missed = 0;   // by the device, for want of buffers
};

struct Outcome {
    std::array<PortCounts, port_count> ports;
    std::uint64_t sending_ns = 0; // from the first frame to the last
    Latencies latencies;
};

class Tester {
public:
    // `frames[i]`: what port i sends; a port without only receives. DPDK's environment runs, and its ports 0 and 1 are
    // memif clients; waits up to 20 s for their servers.
    [[nodiscard]] static Result<Tester> open(std::array<std::optional<Frames>, port_count> frames);

    // Sends, then receives until nothing has come for 100 ms.
    [[nodiscard]] Outcome run(const Order& order);

private:
    struct Sender {
        std::optional<Frames> frames;
        std::size_t next = 0; // index of the next frame
        std::uint64_t sent = 0;
    };

    explicit Tester(rte_mempool* pool)
        : pool_(pool)
    {
    }
    [[nodiscard]] std::uint16_t send(std::uint16_t port, std::uint64_t due);
    [[nodiscard]] std::uint64_t receive(Outcome& outcome);
    [[nodiscard]] bool all_sent(const Order& order) const;
    [[nodiscard]] unsigned senders() const;

    rte_mempool* pool_;
    std::array<Sender, port_count> senders_;
};

} // namespace sluice::pktgen
