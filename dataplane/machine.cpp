// Read from proc(5) and sysfs; what cannot be read counts as absent.
#include "dataplane/machine.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <sched.h>
#include <unistd.h>

#include "config/memory.hpp"
#include "dataplane/exception/network_namespace.hpp"
#include "dataplane/interfaces.hpp"
#include "dataplane/privileges.hpp"

namespace sluice::dataplane {
namespace {

constexpr std::chrono::milliseconds watch_time{100};

std::set<unsigned> allowed_cores()
{
    std::set<unsigned> cores;
    cpu_set_t allowed;
    if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return cores;
    for (unsigned core = 0; core < CPU_SETSIZE; ++core)
        if (CPU_ISSET(core, &allowed)) cores.insert(core);
    return cores;
}

// "0,4" or "0-1".
std::set<unsigned> parse_core_list(const std::string& text)
{
    std::set<unsigned> cores;
    std::istringstream list(text);
    for (std::string range; std::getline(list, range, ',');) {
        unsigned first = 0;
        char dash = 0;
        std::istringstream words(range);
        if (!(words >> first)) continue;
        unsigned last = first;
        if (words >> dash) words >> last;
        for (unsigned core = first; core <= last; ++core)
            cores.insert(core);
    }
    return cores;
}

std::set<unsigned> siblings_of(unsigned core)
{
    std::ifstream file("/sys/devices/system/cpu/cpu" + std::to_string(core) + "/topology/thread_siblings_list");
    std::string text;
    std::getline(file, text);
    return parse_core_list(text);
}

struct CoreTime {
    std::uint64_t idle = 0; // ticks, waiting for input and output included
    std::uint64_t total = 0;
};

// The lines "cpuN user nice system idle iowait irq softirq steal …" of /proc/stat.
std::map<unsigned, CoreTime> core_times()
{
    std::map<unsigned, CoreTime> times;
    std::ifstream file("/proc/stat");
    for (std::string line; std::getline(file, line) && line.starts_with("cpu");) {
        if (line[3] == ' ') continue; // the sum of all
        std::istringstream words(line.substr(3));
        unsigned core = 0;
        words >> core;
        CoreTime time;
        std::uint64_t ticks = 0;
        for (unsigned column = 0; column < 8 && words >> ticks; ++column) {
            time.total += ticks;
            if (column == 3 || column == 4) time.idle += ticks;
        }
        times[core] = time;
    }
    return times;
}

std::map<unsigned, double> watch_cores()
{
    const auto before = core_times();
    std::this_thread::sleep_for(watch_time);
    std::map<unsigned, double> busy;
    for (const auto& [core, now] : core_times()) {
        const auto then = before.find(core);
        if (then == before.end() || now.total <= then->second.total) continue;
        const auto total = static_cast<double>(now.total - then->second.total);
        busy[core] = 1.0 - static_cast<double>(now.idle - then->second.idle) / total;
    }
    return busy;
}

bool has_invariant_tsc()
{
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("flags")) continue;
        return line.find(" constant_tsc") != std::string::npos && line.find(" nonstop_tsc") != std::string::npos;
    }
    return false;
}

std::uint64_t free_hugepage_bytes()
{
    std::uint64_t bytes = 0;
    std::error_code error;
    for (const auto& folder : std::filesystem::directory_iterator("/sys/kernel/mm/hugepages", error)) {
        const std::string name = folder.path().filename().string(); // "hugepages-2048kB"
        std::ifstream file(folder.path() / "free_hugepages");
        std::uint64_t pages = 0;
        if (file >> pages) bytes += pages * std::strtoull(name.substr(name.find('-') + 1).c_str(), nullptr, 10) * 1'024;
    }
    return bytes;
}

PciDevice look_at_pci(const std::string& address)
{
    const std::string full = std::count(address.begin(), address.end(), ':') == 1 ? "0000:" + address : address;
    const std::filesystem::path folder = "/sys/bus/pci/devices/" + full;
    std::error_code error;
    PciDevice device;
    device.is_there = std::filesystem::exists(folder, error);
    device.driver = std::filesystem::read_symlink(folder / "driver", error).filename().string();
    return device;
}

} // namespace

Machine look_at_machine(const config::Config& config)
{
    Machine machine;
    machine.cores = allowed_cores();
    for (const unsigned core : machine.cores)
        machine.siblings[core] = siblings_of(core);
    machine.busy = watch_cores();
    for (const auto& [name, port] : config.ports)
        if (port.is_shared())
            machine.links[port.kernel_interface] = steering::look_at_link(port.kernel_interface);
        else if (is_pci_address(port.device))
            machine.pci[device_name(port.device)] = look_at_pci(device_name(port.device));
    machine.reserved_hugepage_bytes = config::reserved_hugepage_bytes();
    machine.free_hugepage_bytes = free_hugepage_bytes();
    machine.invariant_tsc = has_invariant_tsc();
    machine.has_tun = ::access("/dev/net/tun", R_OK | W_OK) == 0;
    machine.has_namespace = config.node.netns.empty() || ::access(namespace_path(config.node.netns).c_str(), F_OK) == 0;
    machine.started_in_namespace = is_in_namespace(config.node.netns);
    machine.may_administer_network = has_capability(CAP_NET_ADMIN);
    machine.may_enter_namespaces = has_capability(CAP_SYS_ADMIN);
    return machine;
}

} // namespace sluice::dataplane
