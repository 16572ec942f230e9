// What passed, per tunnel, network, interface and backend without sessions, in packets and bytes of whole IP packets
// (of whole frames for interfaces). One object per worker, written by that worker alone, read by the telemetry thread;
// 32 bytes per counter.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "dataplane/base/prefetch.hpp"
#include "dataplane/table/mapping.hpp"
#include "pipelines/backends.hpp"

namespace sluice {

class Traffic {
public:
    struct Count {
        std::atomic<std::uint64_t> rx_packets{0};
        std::atomic<std::uint64_t> rx_bytes{0};
        std::atomic<std::uint64_t> tx_packets{0};
        std::atomic<std::uint64_t> tx_bytes{0};

        void received(std::uint64_t bytes, std::uint32_t packets = 1) noexcept
        {
            add(rx_packets, packets), add(rx_bytes, bytes);
        }
        void sent(std::uint64_t bytes, std::uint32_t packets = 1) noexcept
        {
            add(tx_packets, packets), add(tx_bytes, bytes);
        }

    private:
        // One writer: no locked instruction is needed.
        static void add(std::atomic<std::uint64_t>& counter, std::uint64_t value) noexcept
        {
            counter.store(counter.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
        }
    };

    // Every number that is used is below its size.
    Traffic(std::uint32_t tunnels, std::uint32_t networks, std::uint32_t interfaces)
        : tunnels_(tunnels)
        , networks_(networks)
        , interfaces_(interfaces)
    {
    }

    // Before the worker that writes it starts: it shall not wait for memory.
    void take_memory() noexcept { tunnels_.take_all(); }

    // Its identifier.
    [[nodiscard]] KnownBackend& backend(std::uint32_t backend) noexcept { return (*backends_)[backend]; }
    [[nodiscard]] Count& tunnel(std::uint32_t counter) noexcept { return tunnels_[counter]; }
    void prefetch_tunnel(std::uint32_t counter) const noexcept { prefetch_to_read(&tunnels_[counter]); }
    // Of all that was sent, what went by the express lane.
    [[nodiscard]] Count& express() noexcept { return express_[0]; }
    [[nodiscard]] Count& network(std::uint32_t network) noexcept { return networks_[network]; }
    [[nodiscard]] Count& interface(std::uint32_t interface) noexcept { return interfaces_[interface]; }

private:
    std::vector<Count> express_ = std::vector<Count>(1); // a vector, so that this can be moved
    std::unique_ptr<KnownBackends> backends_ = std::make_unique<KnownBackends>();
    table::Mapping<Count> tunnels_; // a million of them: on huge pages, or each would cost a walk
    std::vector<Count> networks_;
    std::vector<Count> interfaces_;
};

} // namespace sluice
