// Interrupts in use that the kernel sends to a worker's core.
#include <algorithm>

#include "tools/sluicectl/doctor/checks.hpp"
#include "tools/sluicectl/doctor/wording.hpp"

namespace sluice::ctl::doctor {
namespace {

constexpr std::string_view irqs = "/proc/irq";

std::string irq_file(const std::string& irq, std::string_view name)
{
    return std::string(irqs) + "/" + irq + "/" + std::string(name);
}

// Where it is sent now; kernels without that file say only where it may be sent.
std::vector<unsigned> receivers(const SystemFiles& files, const std::string& irq)
{
    const std::string now = irq_file(irq, "effective_affinity_list");
    return files.cores(files.has(now) ? now : irq_file(irq, "smp_affinity_list"));
}

} // namespace

void interrupts(const Patient& patient, Findings& findings)
{
    const std::vector<unsigned> workers = patient.workers();
    if (workers.empty()) return;
    std::vector<unsigned> disturbing;
    std::vector<unsigned> disturbed;
    for (const std::string& irq : patient.files.names(irqs)) {
        if (!patient.files.has_folder_in(irq_file(irq, ""))) continue; // no driver has asked for it
        const std::vector<unsigned> cores = receivers(patient.files, irq);
        for (const unsigned core : cores)
            if (std::ranges::find(workers, core) != workers.end()) {
                disturbing.push_back(static_cast<unsigned>(std::strtoul(irq.c_str(), nullptr, 10)));
                if (std::ranges::find(disturbed, core) == disturbed.end()) disturbed.push_back(core);
                break;
            }
    }
    if (disturbing.empty()) return;
    std::ranges::sort(disturbing);
    const std::string elsewhere = std::to_string(patient.config->workers.main_core);
    findings.push_back({"interrupts " + list_of(disturbing) + " are sent to worker core" +
                            (disturbed.size() > 1 ? "s " : " ") + list_of(disturbed),
                        std::string(irqs) + "/*/effective_affinity_list",
                        "the worker stands still while another device is served",
                        "systemctl disable --now irqbalance; for irq in " + words_of(disturbing) + "; do echo " +
                            elsewhere + " > /proc/irq/$irq/smp_affinity_list; done"});
}

} // namespace sluice::ctl::doctor
