// Worker cores: there, alone, undisturbed and at full speed. What disturbs a core for a millisecond costs a full ring.
#include <algorithm>

#include "tools/sluicectl/doctor/checks.hpp"
#include "tools/sluicectl/doctor/wording.hpp"

namespace sluice::ctl::doctor {
namespace {

constexpr std::string_view cpus = "/sys/devices/system/cpu";

std::string cpu_file(std::string_view name)
{
    return std::string(cpus) + "/" + std::string(name);
}

std::string core_file(unsigned core, std::string_view name)
{
    return std::string(cpus) + "/cpu" + std::to_string(core) + "/" + std::string(name);
}

bool among(const std::vector<unsigned>& cores, unsigned core)
{
    return std::ranges::find(cores, core) != cores.end();
}

std::vector<unsigned> without(const std::vector<unsigned>& wanted, const std::vector<unsigned>& given)
{
    std::vector<unsigned> missing;
    std::ranges::copy_if(wanted, std::back_inserter(missing), [&](unsigned core) { return !among(given, core); });
    return missing;
}

std::string cores_text(const std::vector<unsigned>& cores)
{
    return (cores.size() == 1 ? "core " : "cores ") + list_of(cores);
}

std::string isolating(const std::vector<unsigned>& workers)
{
    const std::string list = list_of(workers);
    return kernel_arguments("isolcpus=managed_irq,domain," + list + " nohz_full=" + list + " rcu_nocbs=" + list);
}

} // namespace

void cores(const Patient& patient, Findings& findings)
{
    if (patient.config == nullptr) return;
    const std::string file = cpu_file("online");
    const std::vector<unsigned> online = patient.files.cores(file);
    std::vector<unsigned> wanted = patient.workers();
    wanted.push_back(patient.config->workers.main_core);
    const std::vector<unsigned> missing = without(wanted, online);
    if (online.empty() || missing.empty()) return;
    findings.push_back({cores_text(missing) + " of workers cannot be had; there are " + list_of(online), file,
                        "the dataplane does not start",
                        "for core in " + words_of(missing) + "; do echo 1 > " + cpu_file("cpu$core/online") +
                            "; done   # or change workers.cores"});
}

void isolation(const Patient& patient, Findings& findings)
{
    if (!patient.polls()) return; // a worker that sleeps shares its core
    const std::string file = cpu_file("isolated");
    const std::vector<unsigned> shared = without(patient.workers(), patient.files.cores(file));
    if (shared.empty()) return;
    findings.push_back({"worker " + cores_text(shared) + " also run other processes", file,
                        "a worker that is set aside for milliseconds loses what its NIC receives meanwhile",
                        isolating(patient.workers())});
}

void ticks(const Patient& patient, Findings& findings)
{
    if (!patient.polls()) return;
    const std::vector<unsigned> isolated = patient.files.cores(cpu_file("isolated"));
    std::vector<unsigned> ticking = without(patient.workers(), patient.files.cores(cpu_file("nohz_full")));
    std::erase_if(ticking, [&](unsigned core) { return !among(isolated, core); }); // said by `isolation` already
    if (ticking.empty()) return;
    findings.push_back({"worker " + cores_text(ticking) + " are interrupted by the scheduler's tick",
                        cpu_file("nohz_full"), "100 to 1,000 interruptions a second, some microseconds each",
                        isolating(patient.workers())});
}

void siblings(const Patient& patient, Findings& findings)
{
    const std::vector<unsigned> workers = patient.workers();
    const std::vector<unsigned> isolated = patient.files.cores(cpu_file("isolated"));
    for (const unsigned worker : workers) {
        const std::string file = core_file(worker, "topology/thread_siblings_list");
        for (const unsigned other : patient.files.cores(file)) {
            if (other == worker || (among(workers, other) && other < worker)) continue; // a pair once
            const bool idle = !among(workers, other) && other != patient.config->workers.main_core;
            if (idle && among(isolated, other)) continue;
            const std::string who = among(workers, other) ? "another worker's"
                                    : idle                ? "which runs anything"
                                                          : "the main thread's";
            findings.push_back({"cores " + std::to_string(worker) + " and " + std::to_string(other) +
                                    " are two threads of one core, the second " + who,
                                file, "each slows the other down, by a third or more",
                                idle ? "echo 0 > " + core_file(other, "online")
                                     : "echo 0 > " + core_file(other, "online") + "   # and take it out of workers"});
        }
    }
}

void governor(const Patient& patient, Findings& findings)
{
    std::vector<unsigned> slow;
    std::string found;
    for (const unsigned worker : patient.workers()) {
        const auto text = patient.files.text(core_file(worker, "cpufreq/scaling_governor"));
        if (!text || *text == "performance") continue;
        slow.push_back(worker);
        found = *text;
    }
    if (slow.empty()) return;
    const std::string file = cpu_file("cpu$core/cpufreq/scaling_governor");
    findings.push_back({"the governor of worker " + cores_text(slow) + " is " + found,
                        core_file(slow.front(), "cpufreq/scaling_governor"),
                        "the clock frequency follows the load, late and below what the core can do",
                        "for core in " + words_of(slow) + "; do echo performance > " + file + "; done"});
}

} // namespace sluice::ctl::doctor
