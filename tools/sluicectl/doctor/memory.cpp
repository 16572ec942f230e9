// Hugepages: as many as the configuration takes, free, and near the NICs; and the right to pin them.
#include <algorithm>
#include <optional>
#include <sstream>

#include "config/memory.hpp"
#include "config/scalars.hpp"
#include "tools/sluicectl/doctor/checks.hpp"

namespace sluice::ctl::doctor {
namespace {

constexpr std::uint64_t small_page_bytes = 2ULL << 20;
constexpr std::uint64_t least_bytes = 64ULL << 20; // of the key memory.hugepages
constexpr const char* all_pages = "/sys/kernel/mm/hugepages";
constexpr const char* small_pages = "/hugepages-2048kB/nr_hugepages";
constexpr unsigned ipc_lock_capability = 14; // CAP_IPC_LOCK

// Bytes in pages of all sizes; each size has a folder "hugepages-2048kB" with counts of pages.
std::uint64_t page_bytes(const SystemFiles& files, const std::string& folder, const std::string& count)
{
    std::uint64_t bytes = 0;
    constexpr std::string_view prefix = "hugepages-";
    for (const std::string& size : files.names(folder)) {
        if (!size.starts_with(prefix)) continue;
        const auto pages = files.number(folder + "/" + size + "/" + count);
        const std::uint64_t kibibytes = std::strtoull(size.c_str() + prefix.size(), nullptr, 10);
        bytes += static_cast<std::uint64_t>(pages.value_or(0)) * kibibytes * 1'024;
    }
    return bytes;
}

std::uint64_t pages_for(std::uint64_t bytes)
{
    return (bytes + small_page_bytes - 1) / small_page_bytes;
}

std::string write_pages(std::uint64_t pages, const std::string& folder)
{
    return "echo " + std::to_string(pages) + " > " + folder + small_pages;
}

std::uint64_t wanted_bytes(const config::Config& config)
{
    return std::max(config.memory.hugepage_bytes, config::memory_plan(config).total());
}

std::uint64_t packet_bytes(const config::Config& config)
{
    for (const config::MemoryNeed& need : config::memory_plan(config).needs)
        if (need.name == "packet buffers") return need.bytes;
    return 0;
}

std::string node_pages(std::int64_t node)
{
    return "/sys/devices/system/node/node" + std::to_string(node) + "/hugepages";
}

// "Max locked memory  8388608  8388608  bytes": the soft limit; nullopt: unlimited, or not said.
std::optional<std::uint64_t> lock_limit(const SystemFiles& files)
{
    std::istringstream limits(files.text("/proc/self/limits").value_or(""));
    constexpr std::string_view title = "Max locked memory";
    for (std::string line; std::getline(limits, line);) {
        if (!line.starts_with(title)) continue;
        std::istringstream columns(line.substr(title.size()));
        std::uint64_t bytes = 0;
        if (columns >> bytes) return bytes;
    }
    return std::nullopt;
}

bool may_lock(const SystemFiles& files)
{
    std::istringstream status(files.text("/proc/self/status").value_or(""));
    constexpr std::string_view title = "CapEff:";
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(title))
            return ((std::strtoull(line.c_str() + title.size(), nullptr, 16) >> ipc_lock_capability) & 1U) != 0;
    return false;
}

void judge_free(const Patient& patient, std::uint64_t wanted, std::uint64_t reserved, Findings& findings)
{
    const std::uint64_t free = page_bytes(patient.files, all_pages, "free_hugepages");
    // A node that runs holds the pages that it was given.
    const bool runs = patient.files.has("/run/sluice/" + patient.config->node.name + "/dataplane.sock");
    if (free >= wanted || runs) return;
    findings.push_back(
        {config::rounded_bytes_text(reserved) + " reserved, of which " + config::rounded_bytes_text(free) +
             " are free and " + config::rounded_bytes_text(wanted) + " are wanted",
         std::string(all_pages) + "/*/free_hugepages", "another process holds them, and the dataplane does not start",
         write_pages(pages_for(reserved + wanted - free), all_pages)});
}

void judge_none(const Patient& patient, std::uint64_t needed, Findings& findings)
{
    if (std::ranges::none_of(patient.nics, &Nic::is_pci)) return;
    const std::uint64_t pages = pages_for(std::max(needed, least_bytes));
    findings.push_back(
        {"memory.hugepages is none, and the ports are NICs", "the configuration",
         "tables and packets lie in pages of 4 KiB, and nearly every look-up misses the TLB",
         write_pages(pages, all_pages) + "   # and memory.hugepages: " + config::bytes_text(pages * small_page_bytes)});
}

} // namespace

void hugepages(const Patient& patient, Findings& findings)
{
    if (patient.config == nullptr) return;
    const std::uint64_t wanted = wanted_bytes(*patient.config);
    const std::string read = std::string(all_pages) + "/*/nr_hugepages";
    const std::uint64_t reserved = page_bytes(patient.files, all_pages, "nr_hugepages");
    if (patient.config->memory.hugepage_bytes == 0) return judge_none(patient, wanted, findings);
    if (reserved >= wanted) return judge_free(patient, wanted, reserved, findings);
    findings.push_back(
        {config::rounded_bytes_text(reserved) + " reserved, " + config::rounded_bytes_text(wanted) + " are wanted",
         read, "the dataplane does not start", write_pages(pages_for(wanted), all_pages)});
}

void numa_memory(const Patient& patient, Findings& findings)
{
    if (patient.config == nullptr || patient.config->memory.hugepage_bytes == 0) return;
    const std::uint64_t packets = packet_bytes(*patient.config);
    std::int64_t judged = -1;
    for (const Nic& nic : patient.nics) {
        const std::int64_t node = patient.files.number(nic.folder() + "/numa_node").value_or(-1);
        if (node < 0 || node == judged || !patient.files.has(node_pages(node))) continue;
        judged = node;
        const std::uint64_t near = page_bytes(patient.files, node_pages(node), "nr_hugepages");
        if (near >= packets) continue;
        findings.push_back({"NUMA node " + std::to_string(node) + ", where the NIC of " + nic.key() + " is, has " +
                                config::rounded_bytes_text(near) + " in hugepages; its packets take " +
                                config::rounded_bytes_text(packets),
                            node_pages(node) + "/*/nr_hugepages",
                            "every packet crosses the link between the processors on its way in and out",
                            write_pages(pages_for(packets), node_pages(node))});
    }
}

void locked_memory(const Patient& patient, Findings& findings)
{
    if (patient.config == nullptr || !patient.wants_vfio()) return;
    const auto limit = lock_limit(patient.files);
    const std::uint64_t wanted = wanted_bytes(*patient.config);
    if (!limit || *limit >= wanted || may_lock(patient.files)) return;
    findings.push_back({"the limit on locked memory is " + config::rounded_bytes_text(*limit) + ", and " +
                            config::rounded_bytes_text(wanted) + " are given to the NICs",
                        "/proc/self/limits", "vfio refuses to map the packet buffers, and the ports do not open",
                        "ulimit -l unlimited   # for a unit of systemd: LimitMEMLOCK=infinity"});
}

} // namespace sluice::ctl::doctor
