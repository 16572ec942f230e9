// One DPDK device: configured by what it offers, started, watched for removal, stopped.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <rte_ethdev.h>
#include <rte_mempool.h>

#include "dataplane/api/descriptor.hpp"
#include "dataplane/base/address.hpp"
#include "dataplane/base/result.hpp"
#include "dataplane/interfaces.hpp"

namespace sluice::dataplane {

struct QueueCounts {
    unsigned receive = 0;
    unsigned transmit = 0;
};

// What is peculiar to a driver and cannot be asked of it.
struct DriverTraits {
    bool is_tap = false;             // its kernel end wears the device's MAC address; link state means nothing
    bool equal_queues = false;       // as many receive as transmit queues, or it refuses
    bool emulates_checksums = false; // its checksum offload is a software pass over the whole packet
};
[[nodiscard]] DriverTraits traits_of(const std::string& driver);

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
    // No worker may use the port any more, or will in a grace period.
    void close() noexcept;

    [[nodiscard]] const PortPlan& plan() const { return plan_; }
    [[nodiscard]] std::uint16_t device() const { return device_; }
    [[nodiscard]] const QueueCounts& queues() const { return queues_; }
    [[nodiscard]] const MacAddress& mac() const { return mac_; } // of our end
    [[nodiscard]] int socket() const;
    [[nodiscard]] bool removed() const noexcept { return removed_.load(std::memory_order_relaxed); }
    [[nodiscard]] bool closed() const noexcept { return closed_; }
    [[nodiscard]] bool link_up() const; // taps are up as long as they are there
    [[nodiscard]] rte_eth_stats statistics() const;
    [[nodiscard]] const std::vector<std::string>& offloads() const { return offloads_; }

private:
    Port(PortPlan plan, std::uint16_t device);
    [[nodiscard]] Result<void> configure(std::vector<std::string>& warnings);
    [[nodiscard]] Result<void> set_up_queues(rte_mempool* pool);
    [[nodiscard]] Result<void> set_up_sockets(rte_mempool* pool);
    void set_mtu(std::vector<std::string>& warnings);
    void choose_mac(std::vector<std::string>& warnings);
    void receive_multicast(std::vector<std::string>& warnings);
    [[nodiscard]] rte_eth_conf wanted_configuration(std::vector<std::string>& warnings);
    static int on_removal(std::uint16_t, rte_eth_event_type, void* port, void*);

    PortPlan plan_;
    std::uint16_t device_;
    rte_eth_dev_info info_{};
    DriverTraits traits_;
    QueueCounts queues_;
    MacAddress mac_;
    std::vector<std::string> offloads_;
    api::Descriptor multicast_; // keeps the kernel's NIC receiving multicast
    bool started_ = false;
    bool closed_ = false;
    std::atomic<bool> removed_{false};
};

} // namespace sluice::dataplane
