#include "dataplane/shared_ports.hpp"

#include <algorithm>

#include "dataplane/steering/kernel_link.hpp"

namespace sluice::dataplane {

Result<void> complete_shared(std::vector<PortPlan>& plans, std::optional<steering::ProgramFile>& file)
{
    for (PortPlan& plan : plans) {
        if (!plan.is_shared()) continue;
        if (!file) {
            auto made = steering::ProgramFile::make();
            if (!made) return tl::unexpected(made.error());
            file.emplace(std::move(*made));
        }
        const unsigned there = steering::look_at_link(plan.kernel_interface).queues;
        plan.queues = std::min<unsigned>(there, STEERING_MOST_QUEUES);
        plan.device = "net_af_xdp_" + plan.name + ",iface=" + plan.kernel_interface +
                      ",start_queue=0,queue_count=" + std::to_string(plan.queues) + ",xdp_prog=" + file->path();
    }
    return {};
}

std::vector<steering::SharedPort> shared_among(const Ports& ports, const std::vector<table::Interface>& interfaces)
{
    std::vector<steering::SharedPort> shared;
    for (std::size_t i = 0; i < ports.size(); ++i) {
        const PortPlan& plan = ports[i].plan();
        if (!plan.is_shared()) continue;
        steering::SharedPort port{plan.name, static_cast<std::uint32_t>(i), plan.kernel_interface, ports[i].mac(), {}};
        for (const table::Interface& interface : interfaces)
            if (interface.port == i && interface.vlan != 0) port.vlans.push_back(interface.vlan);
        shared.push_back(std::move(port));
    }
    return shared;
}

} // namespace sluice::dataplane
