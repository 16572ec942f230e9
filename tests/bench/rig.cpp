#include "tests/bench/rig.hpp"

#include <stdexcept>
#include <utility>

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
    dataplane::MempoolDemand demand;
    demand.ports = static_cast<unsigned>(config.ports.size());
    demand.workers = static_cast<unsigned>(config.workers.cores.size());
    demand.queues = demand.ports * demand.workers;
    for (const dataplane::PortPlan& plan : dataplane::port_plans(config))
        demand.largest_mtu = std::max(demand.largest_mtu, plan.mtu);
    return dataplane::plan_mempool(demand);
}

} // namespace

Rig::Rig(const config::Config& config)
    : eal_(or_throw(dataplane::Eal::start(config, dataplane::bytes_of(memory_for(config)))))
    , interfaces_(dataplane::interface_plans(config))
    , lanes_(config.workers.cores.size())
{
    std::vector<std::string> warnings; // of what null devices lack, and we do not use
    const auto workers = static_cast<unsigned>(lanes_.size());
    ports_ = or_throw(dataplane::Ports::start(dataplane::port_plans(config), workers, memory_for(config), warnings));
    for (table::Interface& interface : interfaces_)
        interface.mac = (*ports_)[interface.port].mac();
    for (std::uint16_t port = 0; port < ports_->size(); ++port)
        for (Lane& lane : lanes_)
            queues_.push_back({&lane, port});
    pointers_.resize(ports_->size());
    for (std::uint16_t port = 0; port < ports_->size(); ++port)
        take_over((*ports_)[port].device(), port);
}

Rig::~Rig() = default;

void Rig::take_over(std::uint16_t device, std::uint16_t port)
{
    for (std::size_t worker = 0; worker < lanes_.size(); ++worker)
        pointers_[port].push_back(&queues_[port * lanes_.size() + worker]);
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
