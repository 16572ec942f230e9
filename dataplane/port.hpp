// One DPDK device: configured by what it offers, started, watched for removal, stopped.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <rte_dev.h>
#include <rte_ethdev.h>
#include <rte_mempool.h>

#include "dataplane/api/descriptor.hpp"
#include "dataplane/base/address.hpp"
#include "dataplane/base/result.hpp"
#include "dataplane/device_use.hpp"
#include "dataplane/interfaces.hpp"
#include "dataplane/receive_spread.hpp"

namespace sluice::dataplane {

struct QueueCounts {
    unsigned receive = 0;
    unsigned transmit = 0;
};

// Of each queue.
struct RingLengths {
    std::uint16_t receive = 0;
    std::uint16_t transmit = 0;
};

// One transmit queue per worker, at least one receive queue per worker where the device has them.
[[nodiscard]] Result<QueueCounts> choose_queues(const PortPlan& plan, unsigned workers, const rte_eth_dev_info& device,
                                                const DriverTraits& traits);

class Port {
public:
    // Finds the device that EAL has probed. Warnings are sentences for the operator.
    [[nodiscard]] static Result<std::unique_ptr<Port>> open(const PortPlan& plan, unsigned workers,
                                                            std::vector<std::string>& warnings);
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;
    ~Port();

    [[nodiscard]] Result<void> start(rte_mempool* pool, std::vector<std::string>& warnings);
    // No worker may use the port any more. A device that was removed is given back to whoever wants it out: the kernel
    // waits for that, and so does the person at the machine.
    void close() noexcept;

    [[nodiscard]] const PortPlan& plan() const { return plan_; }
    [[nodiscard]] std::uint16_t device() const { return device_; }
    [[nodiscard]] const QueueCounts& queues() const { return queues_; }
    [[nodiscard]] const MacAddress& mac() const { return mac_; } // of our end
    // After the start, as the driver tells; 0: it does not (net_virtio has its host's, whatever it is asked for).
    [[nodiscard]] const RingLengths& descriptors() const { return told_; }
    // What its driver holds beyond the rings of the plan: longer ones, or a second one for each queue.
    [[nodiscard]] unsigned mbufs_beside_plan() const;
    [[nodiscard]] int socket() const;
    [[nodiscard]] bool removed() const noexcept { return removed_.load(std::memory_order_relaxed); }
    [[nodiscard]] bool closed() const noexcept { return closed_; }
    [[nodiscard]] bool link_up() const; // taps are up as long as they are there
    [[nodiscard]] rte_eth_stats statistics() const;
    [[nodiscard]] const char* driver() const { return info_.driver_name; } // DPDK's: "net_virtio"
    [[nodiscard]] const DeviceUse& use() const { return use_; }
    [[nodiscard]] const ReceiveSpread& spread() const { return spread_; } // empty without RSS
    [[nodiscard]] unsigned most_segments() const noexcept { return use_.most_segments; }

private:
    Port(PortPlan plan, std::uint16_t device);
    [[nodiscard]] Result<void> configure(std::vector<std::string>& warnings);
    void choose_descriptors();
    void look_at_rings(std::vector<std::string>& warnings);
    [[nodiscard]] Result<void> set_up_queues(rte_mempool* pool);
    [[nodiscard]] Result<void> set_up_sockets(rte_mempool* pool);
    void set_mtu(std::vector<std::string>& warnings);
    void choose_mac(std::vector<std::string>& warnings);
    void receive_multicast(std::vector<std::string>& warnings);
    [[nodiscard]] rte_eth_conf wanted_configuration() const;
    void look_at_spread(std::vector<std::string>& warnings);
    void watch_for_removal();
    // A driver that notices by itself, and a bus whose driver in the kernel asks for the device.
    static int on_driver_event(std::uint16_t, rte_eth_event_type, void* port, void*);
    static void on_bus_event(const char* device, rte_dev_event_type event, void* port);

    PortPlan plan_;
    std::uint16_t device_;
    std::string bus_name_; // what the device's bus calls it: the full PCI address
    rte_eth_dev_info info_{};
    DriverTraits traits_;
    QueueCounts queues_;
    RingLengths descriptors_; // the nearest to the plan's that the driver says it takes
    RingLengths told_;
    MacAddress mac_;
    DeviceUse use_;
    ReceiveSpread spread_;
    api::Descriptor multicast_; // keeps the kernel's NIC receiving multicast
    bool started_ = false;
    bool closed_ = false;
    std::atomic<bool> removed_{false};
};

} // namespace sluice::dataplane
