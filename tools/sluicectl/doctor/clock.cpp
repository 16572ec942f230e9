// The time stamp counter, which all time-outs and times of drops are read from.
#include <sstream>

#include "tools/sluicectl/doctor/checks.hpp"
#include "tools/sluicectl/doctor/wording.hpp"

namespace sluice::ctl::doctor {

void clock(const Patient& patient, Findings& findings)
{
    constexpr const char* file = "/proc/cpuinfo";
    std::istringstream lines(patient.files.text(file).value_or(""));
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("flags")) continue;
        const std::string flags = line + ' ';
        if (flags.find(" constant_tsc ") != std::string::npos && flags.find(" nonstop_tsc ") != std::string::npos)
            return;
        findings.push_back({"the time stamp counter is not invariant (constant_tsc, nonstop_tsc)", file,
                            "time-outs and times of drops are wrong when the frequency changes or a core sleeps",
                            kernel_arguments("processor.max_cstate=1") +
                                "   # in a virtual machine: -cpu host,migratable=no,+invtsc"});
        return;
    }
}

} // namespace sluice::ctl::doctor
