#include "dataplane/port_watch.hpp"

#include <spdlog/spdlog.h>

namespace sluice::dataplane {

void PortWatch::look()
{
    for (std::size_t i = 0; i < ports_.size(); ++i) {
        Port& port = ports_[i];
        const bool up = port.link_up();
        if (up != up_[i]) spdlog::info("event=link port={} up={}", port.plan().name, up);
        up_[i] = up;
        if (port.removed() && !port.closed()) close_removed(port);
    }
    for (const table::Interface& interface : interfaces_)
        exception_path_.set_carrier(interface.id, up_[interface.port]);
}

void PortWatch::close_removed(Port& port)
{
    spdlog::error("event=port_removed port={} device={}", port.plan().name, port.plan().device);
    tables_.synchronize(); // every worker has seen the removal since, and leaves the device alone
    port.close();
}

} // namespace sluice::dataplane
