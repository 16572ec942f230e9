// Source and sink of one worker: what its receive and transmit calls reach instead of a driver. All that happens in a
// job happens in the worker's thread, inside rte_eth_rx_burst and rte_eth_tx_burst.
#pragma once

#include <atomic>
#include <cstdint>

struct rte_mbuf;

namespace sluice::bench {

// What a lane does for a while. The main thread makes it, hands it to the worker and waits until it is done.
class Job {
public:
    explicit Job(std::uint16_t port)
        : port_(port)
    {
    }
    virtual ~Job() = default;
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;

    // Up to `room` frames that arrive now; called again when everything that these caused has left.
    [[nodiscard]] virtual unsigned receive(rte_mbuf** frames, unsigned room) noexcept = 0;
    // These have left by `port`, and are the job's.
    virtual void take(std::uint16_t port, rte_mbuf** frames, unsigned count) noexcept = 0;

    [[nodiscard]] std::uint16_t port() const { return port_; } // where it receives
    [[nodiscard]] bool is_done() const noexcept { return done_.load(std::memory_order_acquire); }

protected:
    void done() noexcept { done_.store(true, std::memory_order_release); }

private:
    std::uint16_t port_;
    std::atomic<bool> done_{false};
};

struct alignas(64) Lane {
    std::atomic<Job*> job{nullptr};
    bool shares_core = false; // with the main thread, to which its worker gives way when it has no work
};

// One queue of one port, in the place of the driver's own.
struct Queue {
    Lane* lane = nullptr;
    std::uint16_t port = 0;
};

// As rte_ethdev calls a driver.
[[nodiscard]] std::uint16_t receive(void* queue, rte_mbuf** frames, std::uint16_t room) noexcept;
[[nodiscard]] std::uint16_t transmit(void* queue, rte_mbuf** frames, std::uint16_t count) noexcept;

} // namespace sluice::bench
