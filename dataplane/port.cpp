#include "dataplane/port.hpp"

#include <algorithm>
#include <cstring>
#include <set>
#include <string_view>

#include <rte_errno.h>

#include "dataplane/steering/kernel_link.hpp"

namespace sluice::dataplane {
namespace {

std::string sentence(int error)
{
    return rte_strerror(error < 0 ? -error : error);
}

MacAddress from_dpdk(const rte_ether_addr& address)
{
    MacAddress mac;
    std::copy_n(address.addr_bytes, mac.bytes.size(), mac.bytes.begin());
    return mac;
}

} // namespace

Result<QueueCounts> choose_queues(const PortPlan& plan, unsigned workers, const rte_eth_dev_info& device,
                                  const DriverTraits& traits)
{
    if (device.max_tx_queues < workers)
        return fail("ports." + plan.name, "the device has " + std::to_string(device.max_tx_queues) +
                                              " transmit queues and workers.cores names " + std::to_string(workers) +
                                              " workers, each of which needs one; use fewer workers");
    QueueCounts counts;
    counts.receive = std::min<unsigned>(std::max(plan.queues, workers), device.max_rx_queues);
    counts.transmit = workers;
    if (traits.equal_queues)
        counts.receive = counts.transmit = std::min<unsigned>(std::max(plan.queues, workers), device.max_tx_queues);
    return counts;
}

Result<std::unique_ptr<Port>> Port::open(const PortPlan& plan, unsigned workers, std::vector<std::string>& warnings)
{
    std::uint16_t device = 0;
    if (rte_eth_dev_get_port_by_name(device_name(plan.device).c_str(), &device) != 0)
        return fail("ports." + plan.name, "DPDK found no device " + device_name(plan.device) +
                                              "; its driver's message above says why, or the driver is not installed");
    std::unique_ptr<Port> port(new Port(plan, device));
    if (const int error = rte_eth_dev_info_get(device, &port->info_); error != 0)
        return fail("ports." + plan.name, "the device does not describe itself: " + sentence(error));
    port->bus_name_ = rte_dev_name(port->info_.device);
    port->watch_for_removal();
    port->traits_ = traits_of(port->info_.driver_name);
    const auto queues = choose_queues(plan, workers, port->info_, port->traits_);
    if (!queues) return tl::unexpected(queues.error());
    port->queues_ = *queues;
    port->use_ = judge_device(port->info_, port->traits_, queues->receive);
    if (queues->receive < workers)
        warnings.push_back("ports." + plan.name + ": the device has " + std::to_string(queues->receive) +
                           " receive queues, so only as many workers receive from it");
    const auto configured = port->configure(warnings);
    if (!configured) return tl::unexpected(configured.error());
    return port;
}

Port::Port(PortPlan plan, std::uint16_t device)
    : plan_(std::move(plan))
    , device_(device)
{
}

Port::~Port()
{
    close();
}

void Port::watch_for_removal()
{
    rte_eth_dev_callback_register(device_, RTE_ETH_EVENT_INTR_RMV, on_driver_event, this);
    rte_dev_event_callback_register(bus_name_.c_str(), on_bus_event, this);
}

rte_eth_conf Port::wanted_configuration() const
{
    rte_eth_conf wanted{};
    wanted.rxmode.offloads = use_.receive_offloads;
    wanted.txmode.offloads = use_.transmit_offloads;
    wanted.rxmode.mtu = std::max<std::uint32_t>(plan_.mtu, info_.min_mtu);
    if (use_.hash_types == 0) return wanted;
    wanted.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
    wanted.rx_adv_conf.rss_conf.rss_hf = use_.hash_types; // no key: the driver's own, which is never all zeros
    return wanted;
}

Result<void> Port::configure(std::vector<std::string>& warnings)
{
    if (plan_.mtu > use_.largest_mtu)
        return fail("ports." + plan_.name + ".mtu", std::to_string(plan_.mtu) + " is more than this device carries (" +
                                                        info_.driver_name + ": " + std::to_string(use_.largest_mtu) +
                                                        ")");
    const rte_eth_conf wanted = wanted_configuration();
    const int error = rte_eth_dev_configure(device_, static_cast<std::uint16_t>(queues_.receive),
                                            static_cast<std::uint16_t>(queues_.transmit), &wanted);
    if (error != 0)
        return fail("ports." + plan_.name, "the device refused " + std::to_string(queues_.receive) + " receive and " +
                                               std::to_string(queues_.transmit) + " transmit queues with MTU " +
                                               std::to_string(wanted.rxmode.mtu) + ": " + sentence(error));
    choose_descriptors();
    if (!plan_.is_shared()) set_mtu(warnings); // that of the kernel's NIC is the kernel's; the start checks saw to it
    choose_mac(warnings);
    return {};
}

void Port::choose_descriptors()
{
    descriptors_ = {static_cast<std::uint16_t>(plan_.rx_descriptors), static_cast<std::uint16_t>(plan_.tx_descriptors)};
    rte_eth_dev_adjust_nb_rx_tx_desc(device_, &descriptors_.receive, &descriptors_.transmit);
}

// A driver may take another length than it was asked for, and say so or not.
void Port::look_at_rings(std::vector<std::string>& warnings)
{
    rte_eth_rxq_info receiving{};
    rte_eth_txq_info sending{};
    if (rte_eth_rx_queue_info_get(device_, 0, &receiving) == 0) told_.receive = receiving.nb_desc;
    if (rte_eth_tx_queue_info_get(device_, 0, &sending) == 0) told_.transmit = sending.nb_desc;
    const config::Port usual;
    const auto compare = [&](const char* key, unsigned has, unsigned wanted, unsigned by_default) {
        if (has == wanted || wanted == by_default) return; // of the defaults nobody needs to hear
        warnings.push_back("ports." + plan_.name + "." + key + ": " + std::to_string(wanted) + " are asked for, the " +
                           "device has " + std::to_string(has));
    };
    compare("rx-descriptors", told_.receive == 0 ? descriptors_.receive : told_.receive, plan_.rx_descriptors,
            usual.rx_descriptors);
    compare("tx-descriptors", told_.transmit == 0 ? descriptors_.transmit : told_.transmit, plan_.tx_descriptors,
            usual.tx_descriptors);
}

void Port::set_mtu(std::vector<std::string>& warnings)
{
    const int error = rte_eth_dev_set_mtu(device_, static_cast<std::uint16_t>(plan_.mtu));
    if (error == 0) return;
    warnings.push_back("ports." + plan_.name + ": the driver does not set the MTU to " + std::to_string(plan_.mtu) +
                       " (" + sentence(error) + "); see that the other end uses it");
}

void Port::choose_mac(std::vector<std::string>& warnings)
{
    rte_ether_addr own{};
    if (rte_eth_macaddr_get(device_, &own) != 0) rte_eth_random_addr(own.addr_bytes);
    mac_ = plan_.mac.value_or(from_dpdk(own));
    if (traits_.is_tap) {
        // The device's address belongs to the tap's kernel end; two ends with one address would confuse a bridge or a
        // person. Everything the kernel writes reaches us, whatever its destination.
        if (!plan_.mac) mac_.bytes[5] ^= 0x80;
        return;
    }
    if (!plan_.mac) return;
    rte_ether_addr wanted{};
    std::copy(mac_.bytes.begin(), mac_.bytes.end(), wanted.addr_bytes);
    if (rte_eth_dev_default_mac_addr_set(device_, &wanted) == 0 || rte_eth_promiscuous_enable(device_) == 0) return;
    warnings.push_back("ports." + plan_.name + ": the device neither takes the address " + mac_.text() +
                       " nor receives all; leave `mac` out");
}

// IPv6 neighbour discovery and router advertisements are multicast.
void Port::receive_multicast(std::vector<std::string>& warnings)
{
    if (traits_.is_tap) return;
    if (plan_.is_shared()) {
        // Not by the driver, which would leave the NIC promiscuous if the process is killed.
        if (auto receiving = steering::receive_all_multicast(plan_.kernel_interface))
            multicast_ = std::move(*receiving);
        if (multicast_) return;
    } else if (rte_eth_allmulticast_enable(device_) == 0 || rte_eth_promiscuous_enable(device_) == 0) {
        return;
    }
    warnings.push_back("ports." + plan_.name +
                       ": the device does not receive multicast; IPv6 neighbours may not find us");
}

Result<void> Port::set_up_queues(rte_mempool* pool)
{
    int error = 0;
    const auto on_socket = static_cast<unsigned>(socket());
    for (std::uint16_t queue = 0; error == 0 && queue < queues_.receive; ++queue)
        error = rte_eth_rx_queue_setup(device_, queue, descriptors_.receive, on_socket, nullptr, pool);
    for (std::uint16_t queue = 0; error == 0 && queue < queues_.transmit; ++queue)
        error = rte_eth_tx_queue_setup(device_, queue, descriptors_.transmit, on_socket, nullptr);
    if (error == 0) return {};
    return fail("ports." + plan_.name, "a queue could not be set up: " + sentence(error));
}

// The driver opens one AF_XDP socket per queue; whether the NIC fills its buffers without a copy is the kernel's
// choice.
Result<void> Port::set_up_sockets(rte_mempool* pool)
{
    const std::set<int> before = steering::xdp_sockets();
    if (const auto queues = set_up_queues(pool); !queues) return queues;
    bool copies = false;
    for (const int socket : steering::xdp_sockets())
        copies = copies || (!before.contains(socket) && !steering::is_zero_copy(socket));
    use_.used.emplace_back(copies ? "copy" : "zero-copy");
    return {};
}

Result<void> Port::start(rte_mempool* pool, std::vector<std::string>& warnings)
{
    if (const auto queues = plan_.is_shared() ? set_up_sockets(pool) : set_up_queues(pool); !queues) return queues;
    if (const int error = rte_eth_dev_start(device_); error != 0)
        return fail("ports." + plan_.name, "the device did not start: " + sentence(error));
    started_ = true;
    look_at_rings(warnings);
    receive_multicast(warnings);
    look_at_spread(warnings);
    return {};
}

void Port::look_at_spread(std::vector<std::string>& warnings)
{
    if (queues_.receive <= 1 || traits_.kernel_spreads) return;
    if (use_.hash_types == 0) {
        warnings.push_back("ports." + plan_.name + ": the device has no RSS; what it receives may land on one worker");
        return;
    }
    spread_ = spread_receiving(device_, queues_.receive);
    if (spread_.table_entries == 0 || spread_.queues == queues_.receive) return;
    warnings.push_back("ports." + plan_.name + ": RSS fills " + std::to_string(spread_.queues) + " of " +
                       std::to_string(queues_.receive) + " receive queues; lower ports." + plan_.name + ".queues");
}

void Port::close() noexcept
{
    if (closed_) return;
    closed_ = true;
    rte_eth_dev_callback_unregister(device_, RTE_ETH_EVENT_INTR_RMV, on_driver_event, this);
    rte_dev_event_callback_unregister(bus_name_.c_str(), on_bus_event, this);
    if (started_) rte_eth_dev_stop(device_); // a device that is gone fails here, and there is nothing left to stop
    rte_eth_dev_close(device_);
    if (removed()) rte_dev_remove(info_.device);
}

unsigned Port::mbufs_beside_plan() const
{
    const unsigned planned = queues_.receive * plan_.rx_descriptors + queues_.transmit * plan_.tx_descriptors;
    const unsigned held = queues_.receive * traits_.receive_rings * descriptors_.receive +
                          queues_.transmit * unsigned{descriptors_.transmit};
    return held > planned ? held - planned : 0;
}

int Port::socket() const
{
    return std::max(rte_eth_dev_socket_id(device_), 0);
}

bool Port::link_up() const
{
    if (removed() || closed_) return false;
    if (traits_.is_tap) return true;
    rte_eth_link link{};
    return rte_eth_link_get_nowait(device_, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

rte_eth_stats Port::statistics() const
{
    rte_eth_stats statistics{};
    if (removed() || closed_ || rte_eth_stats_get(device_, &statistics) != 0) return {};
    return statistics;
}

int Port::on_driver_event(std::uint16_t, rte_eth_event_type, void* port, void*)
{
    static_cast<Port*>(port)->removed_.store(true, std::memory_order_relaxed);
    return 0;
}

void Port::on_bus_event(const char*, rte_dev_event_type event, void* port)
{
    if (event == RTE_DEV_EVENT_REMOVE) static_cast<Port*>(port)->removed_.store(true, std::memory_order_relaxed);
}

} // namespace sluice::dataplane
