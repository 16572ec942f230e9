#include "dataplane/start_checks.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "config/memory.hpp"
#include "dataplane/interfaces.hpp"

namespace sluice::dataplane {
namespace {

constexpr double busy_share = 0.2; // of a core, from which on a worker there would lose packets
// A device of mlx4 and mlx5 stays with its kernel driver; all others are handed over to one of the first three.
constexpr std::array<std::string_view, 5> usable_drivers{"vfio-pci", "igb_uio", "uio_pci_generic", "mlx5_core",
                                                         "mlx4_core"};

std::string list_of(const std::set<unsigned>& cores)
{
    std::string list;
    for (const unsigned core : cores)
        list += (list.empty() ? "" : ", ") + std::to_string(core);
    return list;
}

class Judge {
public:
    Judge(const config::Config& config, const Machine& machine)
        : config_(config)
        , machine_(machine)
    {
    }

    StartFindings findings()
    {
        permissions();
        cores();
        hugepages();
        devices();
        clock();
        return std::move(findings_);
    }

private:
    void refuse(std::string where, std::string what)
    {
        findings_.refusals.push_back({std::move(where), std::move(what)});
    }
    void warn(const std::string& where, const std::string& what) { findings_.warnings.push_back(where + ": " + what); }

    void permissions()
    {
        const std::string& netns = config_.node.netns;
        if (!machine_.may_administer_network)
            refuse("permission", "CAP_NET_ADMIN is missing, without which no interface can be made; start as root");
        if (!netns.empty() && !machine_.may_enter_namespaces)
            refuse("permission", "CAP_SYS_ADMIN is missing, without which nobody enters node.netns; start as root");
        const bool shares = std::any_of(config_.ports.begin(), config_.ports.end(),
                                        [](const auto& entry) { return entry.second.is_shared(); });
        if (netns.empty() && shares && !machine_.may_enter_namespaces)
            refuse("permission",
                   "CAP_SYS_ADMIN is missing, without which nobody finds the maps of an XDP program; start "
                   "as root");
        if (!machine_.has_namespace)
            refuse("node.netns",
                   "there is no network namespace " + netns + "; make it by 'ip netns add " + netns + "'");
        if (!machine_.has_tun)
            refuse("/dev/net/tun", "cannot be opened, and every interface needs a TAP; load the module tun");
    }

    void cores()
    {
        core("workers.main-core", config_.workers.main_core);
        for (const unsigned worker : config_.workers.cores) {
            core("workers.cores", worker);
            neighbors_of(worker);
            const auto busy = machine_.busy.find(worker);
            if (busy == machine_.busy.end() || busy->second < busy_share) continue;
            warn("workers.cores", "core " + std::to_string(worker) + " is " +
                                      std::to_string(static_cast<int>(busy->second * 100)) +
                                      "% busy with other work, so its worker will lose packets at high rates; keep "
                                      "others off it by isolcpus");
        }
    }

    void core(const std::string& key, unsigned core)
    {
        if (machine_.cores.contains(core)) return;
        refuse(key,
               "core " + std::to_string(core) + " does not exist or is not ours; there are " + list_of(machine_.cores));
    }

    void neighbors_of(unsigned worker)
    {
        const auto siblings = machine_.siblings.find(worker);
        if (siblings == machine_.siblings.end()) return;
        for (const unsigned other : siblings->second) {
            const bool used =
                other == config_.workers.main_core ||
                (other < worker && std::count(config_.workers.cores.begin(), config_.workers.cores.end(), other) != 0);
            if (other != worker && used)
                warn("workers.cores", "cores " + std::to_string(other) + " and " + std::to_string(worker) +
                                          " are two threads of one core and slow each other down");
        }
    }

    void hugepages()
    {
        const std::uint64_t wanted = config_.memory.hugepage_bytes;
        if (wanted == 0 || machine_.free_hugepage_bytes >= wanted) return;
        if (machine_.reserved_hugepage_bytes < wanted)
            return refuse("memory.hugepages", config::memory_advice(config_, machine_.reserved_hugepage_bytes));
        refuse("memory.hugepages", std::to_string(wanted >> 20) + " MiB are wanted and only " +
                                       std::to_string(machine_.free_hugepage_bytes >> 20) +
                                       " MiB of the reserved pages are free; end who holds them or reserve more");
    }

    void devices()
    {
        for (const auto& [name, port] : config_.ports) {
            if (port.is_shared()) {
                shared(name, port);
                continue;
            }
            const auto found = machine_.pci.find(device_name(port.device));
            if (found != machine_.pci.end()) device("ports." + name + ".device", found->first, found->second);
        }
    }

    void shared(const std::string& name, const config::Port& port)
    {
        const std::string key = "ports." + name;
        const std::string& nic = port.kernel_interface;
        const auto found = machine_.links.find(nic);
        if (found == machine_.links.end() || !found->second.is_there)
            return refuse(key + ".device.af-xdp",
                          "there is no interface " + nic +
                              " in the network namespace this process was started in; 'ip "
                              "-br link' lists those that are, 'ip netns exec' starts elsewhere");
        const steering::KernelLink& link = found->second;
        if (!machine_.started_in_namespace)
            refuse(key + ".device.af-xdp", nic +
                                               " is where this process was started, outside of node.netns, whose "
                                               "kernel must know its neighbours; leave node.netns out, or move the NIC "
                                               "there and start there");
        if (link.has_program)
            refuse(key + ".device.af-xdp",
                   nic + " runs an XDP program of somebody else; 'ip link set " + nic + " xdp off' removes it");
        if (link.mtu < port.mtu)
            refuse(key + ".mtu", std::to_string(port.mtu) + " is more than that of " + nic + ", " +
                                     std::to_string(link.mtu) + "; lower this one, or 'ip link set " + nic + " mtu " +
                                     std::to_string(port.mtu) + "'");
        if (!link.up) warn(key, nic + " is down; 'ip link set " + nic + " up'");
        if (link.strips_tags)
            warn(key, nic +
                          " takes VLAN tags off before XDP sees the frames, so that tagged ones look untagged; "
                          "'ethtool -K " +
                          nic + " rxvlan off'");
        if (port.queues != link.queues)
            warn(key + ".queues", nic + " has " + std::to_string(link.queues) + ", and each gets a socket; write " +
                                      std::to_string(link.queues) +
                                      ", so that memory is summed right, or 'ethtool -L " + nic + " combined " +
                                      std::to_string(port.queues) + "'");
        for (const Prefix& address : port.addresses)
            if (!link.addresses.contains(address.address))
                warn(key + ".addresses", nic + " does not have " + address.address.text() +
                                             ", and nobody gives it; 'ip address add " + address.text() + " dev " +
                                             nic + "'");
    }

    void device(const std::string& key, const std::string& address, const PciDevice& device)
    {
        if (!device.is_there)
            return refuse(key, "there is no PCI device " + address + "; 'dpdk-devbind.py --status-dev net' lists them");
        const bool usable =
            std::find(usable_drivers.begin(), usable_drivers.end(), device.driver) != usable_drivers.end();
        if (usable) return;
        const std::string holder = device.driver.empty() ? "no driver" : "the driver " + device.driver;
        refuse(key, address + " is bound to " + holder + "; hand it over by 'dpdk-devbind.py --bind=vfio-pci " +
                        address + "'");
    }

    void clock()
    {
        if (!machine_.invariant_tsc)
            warn("clock", "this processor's time stamp counter is not invariant, so time-outs and times of drops "
                          "may be wrong when its frequency changes");
    }

    const config::Config& config_;
    const Machine& machine_;
    StartFindings findings_;
};

} // namespace

StartFindings judge(const config::Config& config, const Machine& machine)
{
    return Judge(config, machine).findings();
}

} // namespace sluice::dataplane
