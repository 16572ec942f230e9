// DPDK, started as the dataplane starts it, on null devices whose queues are ours: once per process.
#pragma once

#include <memory>
#include <vector>

#include "config/schema.hpp"
#include "dataplane/eal.hpp"
#include "dataplane/ports.hpp"
#include "dataplane/table/snapshot.hpp"
#include "tests/bench/lane.hpp"

namespace sluice::bench {

class Rig {
public:
    // Ports, VLANs, workers and main core of `config` count. Throws std::runtime_error with DPDK's reason.
    explicit Rig(const config::Config& config);
    Rig(const Rig&) = delete;
    Rig& operator=(const Rig&) = delete;
    ~Rig();

    [[nodiscard]] dataplane::Ports& ports() { return *ports_; }
    [[nodiscard]] const std::vector<table::Interface>& interfaces() const { return interfaces_; }
    [[nodiscard]] Lane& lane(unsigned worker) { return lanes_[worker]; }
    [[nodiscard]] rte_mempool* pool(); // of the source's packets, which are the ports'

private:
    void take_over(std::uint16_t device, std::uint16_t port);

    dataplane::Eal eal_;
    std::unique_ptr<dataplane::Ports> ports_;
    std::vector<table::Interface> interfaces_;
    std::vector<Lane> lanes_;                  // by worker
    std::vector<Queue> queues_;                // by port, then worker
    std::vector<std::vector<void*>> pointers_; // to queues_, by port: what ethdev indexes
};

} // namespace sluice::bench
