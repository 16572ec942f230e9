#include "dataplane/port_watch.hpp"

#include <spdlog/spdlog.h>

#include "dataplane/grace_periods.hpp"

namespace sluice::dataplane {

void PortWatch::look()
{
    for (std::size_t i = 0; i < ports_.size(); ++i) {
        Port& port = ports_[i];
        const bool up = port.link_up();
        if (up != up_[i]) spdlog::info("event=link port={} up={}", port.plan().name, up);
        up_[i] = up;
        if (port.removed() && !port.closed()) leave(i);
    }
    for (const table::Interface& interface : interfaces_)
        exception_path_.set_carrier(interface.id, up_[interface.port]);
}

void PortWatch::leave(std::size_t index)
{
    Port& port = ports_[index];
    RcuGracePeriods grace_periods(tables_.rcu());
    if (!leaving_[index]) {
        spdlog::error("event=port_removed port={} device={}", port.plan().name, port.plan().device);
        leaving_[index] = grace_periods.start();
    }
    if (grace_periods.passed(*leaving_[index])) port.close();
}

} // namespace sluice::dataplane
