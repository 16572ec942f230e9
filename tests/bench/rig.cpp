#include "tests/bench/rig.hpp"

#include <stdexcept>
#include <utility>

#include <rte_dev.h>

namespace sluice::bench {
namespace {

template<class T>
T or_throw(Result<T> result)
{
    if (!result) throw std::runtime_error(result.error().text());
    return std::move(*result);
}

dataplane::MempoolPlan memory_for(const config::Config& config)
{
    return dataplane::plan_mempool(dataplane::port_plans(config), static_cast<unsigned>(config.workers.cores.size()));
}

} // namespace

Rig::Rig(const config::Config& config)
    : config_(config)
    , eal_(or_throw(
          dataplane::Eal::start(config, dataplane::port_plans(config), dataplane::bytes_of(memory_for(config)))))
    , interfaces_(dataplane::interface_plans(config))
    , lanes_(config.workers.cores.size())
{
    for (std::size_t worker = 0; worker < lanes_.size(); ++worker)
        lanes_[worker].shares_core = config.workers.cores[worker] == config.workers.main_core;
    config_.workers.cores.resize(1);
    open();
}

Rig::~Rig() = default;

void Rig::arrange(unsigned workers)
{
    if (config_.workers.cores.size() == workers) return;
    config_.workers.cores.resize(workers);
    unplug();
    open();
}

// Closing a device ends it: it is made again by its name.
void Rig::unplug()
{
    ports_.reset();
    for (const auto& [name, port] : config_.ports)
        if (rte_eal_hotplug_remove("vdev", port.device.c_str()) != 0 ||
            rte_eal_hotplug_add("vdev", port.device.c_str(), "") != 0)
            throw std::runtime_error(port.device + " does not come back");
}

void Rig::open()
{
    std::vector<std::string> warnings; // of what null devices lack, and we do not use
    const auto workers = static_cast<unsigned>(config_.workers.cores.size());
    for (auto& [name, port] : config_.ports)
        port.queues = workers;
    ports_ = or_throw(dataplane::Ports::start(dataplane::port_plans(config_), workers, memory_for(config_), warnings));
    for (table::Interface& interface : interfaces_)
        interface.mac = (*ports_)[interface.port].mac();
    queues_.clear();
    for (std::uint16_t port = 0; port < ports_->size(); ++port)
        for (unsigned worker = 0; worker < workers; ++worker)
            queues_.push_back({&lanes_[worker], port});
    pointers_.assign(ports_->size(), {});
    for (std::uint16_t port = 0; port < ports_->size(); ++port)
        take_over((*ports_)[port].device(), port);
}

void Rig::take_over(std::uint16_t device, std::uint16_t port)
{
    const std::size_t workers = config_.workers.cores.size();
    for (std::size_t worker = 0; worker < workers; ++worker)
        pointers_[port].push_back(&queues_[port * workers + worker]);
    auto& operations = rte_eth_fp_ops[device]; // a struct and the array of them have one name
    operations.rx_pkt_burst = receive;
    operations.tx_pkt_burst = transmit;
    operations.rxq.data = pointers_[port].data();
    operations.txq.data = pointers_[port].data();
}

rte_mempool* Rig::pool()
{
    return or_throw(ports_->pool_for(0));
}

} // namespace sluice::bench
