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
    // Ports, VLANs and main core of `config` count; its workers are the most there can be. Ports are arranged for the
    // first one. Throws std::runtime_error with DPDK's reason.
    explicit Rig(const config::Config& config);
    Rig(const Rig&) = delete;
    Rig& operator=(const Rig&) = delete;
    ~Rig();

    // The ports anew, with queues for so many workers: a worker would poll those of others too. No node may live.
    void arrange(unsigned workers);

    [[nodiscard]] dataplane::Ports& ports() { return *ports_; }
    [[nodiscard]] const std::vector<table::Interface>& interfaces() const { return interfaces_; }
    [[nodiscard]] Lane& lane(unsigned worker) { return lanes_[worker]; }
    [[nodiscard]] rte_mempool* pool(); // of the source's packets, which are the ports'

private:
    void unplug();
    void open();
    void take_over(std::uint16_t device, std::uint16_t port);

    config::Config config_; // of the present ports
    dataplane::Eal eal_;
    std::unique_ptr<dataplane::Ports> ports_;
    std::vector<table::Interface> interfaces_;
    std::vector<Lane> lanes_;                  // by worker
    std::vector<Queue> queues_;                // by port, then worker
    std::vector<std::vector<void*>> pointers_; // to queues_, by port: what ethdev indexes
};

} // namespace sluice::bench
