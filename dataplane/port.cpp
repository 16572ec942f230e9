#include "dataplane/port.hpp"

#include <algorithm>
#include <cstring>
#include <set>
#include <string_view>

#include <rte_errno.h>

#include "dataplane/limits.hpp"
#include "dataplane/steering/kernel_link.hpp"

namespace sluice::dataplane {
namespace {

constexpr std::uint64_t spread_by = RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP;

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

// As DPDK will judge it: what the device receives less what stands in front of the IP packet, by the driver's own
// figure where it gives both.
unsigned largest_mtu(const rte_eth_dev_info& device)
{
    if (device.max_rx_pktlen == 0) return device.max_mtu;
    const bool tells_overhead = device.max_mtu != UINT16_MAX && device.max_rx_pktlen > device.max_mtu;
    const unsigned overhead = RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN;
    return tells_overhead ? device.max_mtu : std::min<unsigned>(device.max_mtu, device.max_rx_pktlen - overhead);
}

} // namespace

DriverTraits traits_of(const std::string& driver)
{
    const bool tap = driver == "net_tap";
    return {.is_tap = tap, .equal_queues = tap || driver == "net_af_xdp", .emulates_checksums = tap};
}

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
    port->traits_ = traits_of(port->info_.driver_name);
    const auto queues = choose_queues(plan, workers, port->info_, port->traits_);
    if (!queues) return tl::unexpected(queues.error());
    port->queues_ = *queues;
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
    rte_eth_dev_callback_register(device_, RTE_ETH_EVENT_INTR_RMV, on_removal, this);
}

Port::~Port()
{
    rte_eth_dev_callback_unregister(device_, RTE_ETH_EVENT_INTR_RMV, on_removal, this);
    close();
}

rte_eth_conf Port::wanted_configuration(std::vector<std::string>& warnings)
{
    rte_eth_conf wanted{};
    const std::uint64_t offered = info_.rx_offload_capa;
    if ((offered & RTE_ETH_RX_OFFLOAD_IPV4_CKSUM) != 0 && !traits_.emulates_checksums) {
        wanted.rxmode.offloads |= RTE_ETH_RX_OFFLOAD_IPV4_CKSUM;
        offloads_.emplace_back("rx-ipv4-checksum");
    }
    if ((offered & RTE_ETH_RX_OFFLOAD_SCATTER) != 0) wanted.rxmode.offloads |= RTE_ETH_RX_OFFLOAD_SCATTER;
    if ((info_.tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS) != 0) {
        wanted.txmode.offloads |= RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
        offloads_.emplace_back("tx-segments");
    }
    // The kernel spreads a tap's flows itself, and asking this driver for RSS crashes it.
    const std::uint64_t spread = info_.flow_type_rss_offloads & spread_by;
    if (queues_.receive > 1 && spread != 0 && !traits_.is_tap) {
        wanted.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
        wanted.rx_adv_conf.rss_conf.rss_hf = spread;
        offloads_.emplace_back("rss");
    } else if (queues_.receive > 1 && !traits_.is_tap && !plan_.is_shared()) {
        warnings.push_back("ports." + plan_.name + ": the device has no RSS; what it receives may land on one worker");
    }
    wanted.rxmode.mtu = std::max<std::uint32_t>(plan_.mtu, info_.min_mtu);
    return wanted;
}

Result<void> Port::configure(std::vector<std::string>& warnings)
{
    if (const unsigned largest = largest_mtu(info_); plan_.mtu > largest)
        return fail("ports." + plan_.name + ".mtu", std::to_string(plan_.mtu) + " is more than this device carries (" +
                                                        info_.driver_name + ": " + std::to_string(largest) + ")");
    const rte_eth_conf wanted = wanted_configuration(warnings);
    const int error = rte_eth_dev_configure(device_, static_cast<std::uint16_t>(queues_.receive),
                                            static_cast<std::uint16_t>(queues_.transmit), &wanted);
    if (error != 0)
        return fail("ports." + plan_.name, "the device refused " + std::to_string(queues_.receive) + " receive and " +
                                               std::to_string(queues_.transmit) + " transmit queues with MTU " +
                                               std::to_string(wanted.rxmode.mtu) + ": " + sentence(error));
    if (!plan_.is_shared()) set_mtu(warnings); // that of the kernel's NIC is the kernel's; the start checks saw to it
    choose_mac(warnings);
    return {};
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
    std::uint16_t receive = receive_descriptors;
    std::uint16_t transmit = transmit_descriptors;
    int error = rte_eth_dev_adjust_nb_rx_tx_desc(device_, &receive, &transmit);
    const auto on_socket = static_cast<unsigned>(socket());
    for (std::uint16_t queue = 0; error == 0 && queue < queues_.receive; ++queue)
        error = rte_eth_rx_queue_setup(device_, queue, receive, on_socket, nullptr, pool);
    for (std::uint16_t queue = 0; error == 0 && queue < queues_.transmit; ++queue)
        error = rte_eth_tx_queue_setup(device_, queue, transmit, on_socket, nullptr);
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
    offloads_.emplace_back(copies ? "copy" : "zero-copy");
    return {};
}

Result<void> Port::start(rte_mempool* pool, std::vector<std::string>& warnings)
{
    if (const auto queues = plan_.is_shared() ? set_up_sockets(pool) : set_up_queues(pool); !queues) return queues;
    if (const int error = rte_eth_dev_start(device_); error != 0)
        return fail("ports." + plan_.name, "the device did not start: " + sentence(error));
    started_ = true;
    receive_multicast(warnings);
    return {};
}

void Port::close() noexcept
{
    if (closed_) return;
    closed_ = true;
    if (started_) rte_eth_dev_stop(device_); // a device that is gone fails here, and there is nothing left to stop
    rte_eth_dev_close(device_);
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

int Port::on_removal(std::uint16_t, rte_eth_event_type, void* port, void*)
{
    static_cast<Port*>(port)->removed_.store(true, std::memory_order_relaxed);
    return 0;
}

} // namespace sluice::dataplane
