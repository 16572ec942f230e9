#include "dataplane/ports.hpp"

namespace sluice::dataplane {

Result<std::unique_ptr<Ports>> Ports::start(const std::vector<PortPlan>& plans, unsigned workers,
                                            const MempoolPlan& memory, std::vector<std::string>& warnings)
{
    std::unique_ptr<Ports> ports(new Ports(memory));
    unsigned beside_plan = 0;
    for (const PortPlan& plan : plans) {
        auto port = Port::open(plan, workers, warnings);
        if (!port) return tl::unexpected(port.error());
        beside_plan += (*port)->mbufs_beside_plan();
        ports->ports_.push_back(std::move(*port));
    }
    ports->mempools_.enlarge(beside_plan);
    for (const auto& port : ports->ports_) {
        const auto pool = ports->mempools_.on_socket(port->socket());
        if (!pool) return tl::unexpected(pool.error());
        if (const auto started = port->start(*pool, warnings); !started) return tl::unexpected(started.error());
    }
    return ports;
}

} // namespace sluice::dataplane
