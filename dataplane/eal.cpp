#include "dataplane/eal.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <utility>

#include <rte_alarm.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <spdlog/spdlog.h>

#include "dataplane/privileges.hpp"

namespace sluice::dataplane {
namespace {

constexpr std::uint64_t mebibyte = 1U << 20;
constexpr std::uint64_t least_memory_mebibytes = 512; // drivers and rings; touched only as far as used
constexpr std::uint64_t spare_memory_mebibytes = 256; // beside the mempools

// net_tap asks for a real-time signal per packet. Ignored ones are not queued, and the driver polls: eight times the
// rate. Blocking them instead would fill the user's signal queue, and then SIGIO kills the process.
void ignore_real_time_signals()
{
    for (int signal = SIGRTMIN + 1; signal < SIGRTMAX; ++signal)
        std::signal(signal, SIG_IGN);
}

std::string lcore_map(const config::Workers& workers)
{
    std::string map = "0@" + std::to_string(workers.main_core);
    for (unsigned i = 0; i < workers.cores.size(); ++i)
        map += "," + std::to_string(lcore_of_worker(i)) + "@" + std::to_string(workers.cores[i]);
    return map;
}

void add_memory(std::vector<std::string>& arguments, const config::Memory& memory, std::uint64_t memory_bytes)
{
    if (memory.hugepage_bytes != 0) {
        // No file in hugetlbfs that could outlive us; one descriptor per page size, as memif and vhost need it.
        arguments.insert(arguments.end(), {"--in-memory", "--single-file-segments"});
        return;
    }
    const std::uint64_t wanted = (memory_bytes + mebibyte - 1) / mebibyte + spare_memory_mebibytes;
    // --in-memory does not go with --no-huge; --no-shconf keeps the run-time files away instead.
    arguments.insert(arguments.end(),
                     {"--no-huge", "--no-shconf", "-m", std::to_string(std::max(wanted, least_memory_mebibytes))});
}

std::string runtime_folder_of(const std::string& prefix)
{
    const char* folder = rte_eal_get_runtime_dir();
    const bool ours = folder != nullptr && std::filesystem::path(folder).filename() == prefix;
    return ours ? folder : "";
}

std::string prefix_of(const config::Config& config)
{
    return "sluice-" + config.node.name;
}

} // namespace

std::vector<std::string> eal_arguments(const config::Config& config, const std::vector<PortPlan>& ports,
                                       std::uint64_t memory_bytes)
{
    std::vector<std::string> arguments{
        "sluice-dataplane", "--file-prefix",           prefix_of(config), "--no-telemetry",
        "--lcores",         lcore_map(config.workers), "--main-lcore",    "0"};
    add_memory(arguments, config.memory, memory_bytes);
    bool pci = false;
    for (const PortPlan& port : ports) {
        const bool is_pci = is_pci_address(port.device);
        arguments.insert(arguments.end(), {is_pci ? "-a" : "--vdev", port.device});
        pci = pci || is_pci;
    }
    if (!pci) arguments.emplace_back("--no-pci");
    return arguments;
}

Result<Eal> Eal::start(const config::Config& config, const std::vector<PortPlan>& ports, std::uint64_t memory_bytes)
{
    ignore_real_time_signals();
    std::vector<std::string> arguments = eal_arguments(config, ports, memory_bytes);
    std::vector<char*> pointers; // EAL permutes the pointers, not the strings
    for (std::string& argument : arguments)
        pointers.push_back(argument.data());
    if (rte_eal_init(static_cast<int>(pointers.size()), pointers.data()) < 0)
        return fail("DPDK", std::string("the environment did not start: ") + rte_strerror(rte_errno) +
                                "; its own messages above name the device or the memory");
    return Eal(runtime_folder_of(prefix_of(config)));
}

void confine_event_thread()
{
    const auto give_up = [](void*) { drop_capabilities(kept_capabilities); };
    if (rte_eal_alarm_set(1, give_up, nullptr) != 0) spdlog::warn("event=capabilities_kept thread=events");
}

Eal::Eal(Eal&& other) noexcept
    : runtime_folder_(std::exchange(other.runtime_folder_, std::string{}))
    , running_(std::exchange(other.running_, false))
{
}

Eal::~Eal()
{
    if (!running_) return;
    rte_eal_cleanup();
    std::error_code ignored; // a folder that is left costs nothing but tidiness
    if (!runtime_folder_.empty()) std::filesystem::remove_all(runtime_folder_, ignored);
}

} // namespace sluice::dataplane
