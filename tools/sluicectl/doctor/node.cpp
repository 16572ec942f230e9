// What the kernel side of a node needs: its network namespace and the TUN driver.
#include "tools/sluicectl/doctor/checks.hpp"

namespace sluice::ctl::doctor {

void node_namespace(const Patient& patient, Findings& findings)
{
    if (patient.config == nullptr || patient.config->node.netns.empty()) return;
    const std::string& name = patient.config->node.netns;
    const std::string file = "/run/netns/" + name;
    if (!patient.files.has(file))
        findings.push_back({"there is no network namespace " + name + ", which node.netns names", file,
                            "the dataplane does not start", "ip netns add " + name});
}

void tun(const Patient& patient, Findings& findings)
{
    constexpr const char* file = "/dev/net/tun";
    if (!patient.files.has(file))
        findings.push_back({"there is no " + std::string(file), file,
                            "every interface of a node needs a TAP, and the dataplane does not start",
                            "modprobe tun && echo tun > /etc/modules-load.d/sluice-tun.conf"});
}

} // namespace sluice::ctl::doctor
