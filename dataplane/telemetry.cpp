#include "dataplane/telemetry.hpp"

#include <rte_cycles.h>
#include <rte_lcore.h>

#include "dataplane/api/frame.hpp"

namespace sluice::dataplane {
namespace {

std::uint64_t seconds_since(std::chrono::steady_clock::time_point then)
{
    const auto passed = std::chrono::steady_clock::now() - then;
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(passed).count());
}

} // namespace

Telemetry::Telemetry(const TelemetrySources& sources)
    : from_(sources)
    , names_(sources.pipelines.reasons())
    , use_(sources.pipelines.sessions(), sources.model)
{
}

api::Hello Telemetry::hello() const
{
    api::Hello hello;
    hello.set_version(api::version);
    hello.set_program("sluice-dataplane");
    hello.set_node(from_.identity.node);
    hello.set_start_identity(from_.identity.start);
    hello.set_config_digest(from_.identity.config_digest);
    hello.set_generation(from_.tables.read().generation);
    return hello;
}

api::Reply Telemetry::answer(const api::Query& query, const ControlPresence& control) const
{
    api::Reply reply;
    const table::Snapshot& tables = from_.tables.read();
    switch (query.topic()) {
    case api::PROGRAMMED:
        *reply.mutable_programmed() =
            from_.model.programmed(query.has_routes_after() ? &query.routes_after() : nullptr);
        break;
    case api::STATUS:
        fill(*reply.mutable_status(), control);
        break;
    case api::DROPS:
        dataplane::fill(*reply.mutable_drops(), from_, names_);
        break;
    case api::LAST_DROPS:
        dataplane::fill(*reply.mutable_last_drops(), from_, names_, query.limit());
        break;
    case api::SESSIONS:
        from_.pipelines.sessions().sessions(query.sessions(), query.limit(), tables, *reply.mutable_sessions());
        break;
    case api::SERVICES:
        from_.pipelines.sessions().services(tables, *reply.mutable_services());
        break;
    case api::TUNNELS:
        dataplane::fill(*reply.mutable_tunnels(), from_, query.limit());
        break;
    case api::NETWORKS:
        dataplane::fill(*reply.mutable_networks(), from_);
        break;
    case api::PORTS:
        dataplane::fill(*reply.mutable_ports(), from_);
        break;
    case api::WORKERS:
        dataplane::fill(*reply.mutable_workers(), from_);
        break;
    case api::ROUTES:
        dataplane::fill(*reply.mutable_routes(), from_, query);
        break;
    case api::NEIGHBORS:
        dataplane::fill(*reply.mutable_neighbors(), from_, query.limit());
        break;
    case api::METRICS:
        fill(*reply.mutable_metrics(), control);
        break;
    default:
        return api::failure("the dataplane does not know this topic; ask the control process");
    }
    return reply;
}

api::Reply Telemetry::answer(const api::Explain& question) const
{
    const auto pool = from_.ports.pool_for(static_cast<int>(rte_socket_id()));
    if (!pool) return api::failure(pool.error().text());
    api::Reply reply;
    const auto done = from_.pipelines.explainer().explain(question, from_.tables.read(), *pool, rte_rdtsc(),
                                                          *reply.mutable_explanation());
    return done ? reply : api::failure(done.error().text());
}

void Telemetry::fill(api::Status& status, const ControlPresence& control) const
{
    *status.mutable_hello() = hello();
    status.set_uptime_s(seconds_since(started_));
    dataplane::fill(*status.mutable_law(), from_.workers.law());
    status.set_sessions(from_.pipelines.sessions().session_count());
    status.set_session_limit(from_.identity.session_limit);
    status.set_control_connected(control.connected);
    status.set_control_last_seen_s(control.last_seen == Clock::time_point{} ? 0 : seconds_since(control.last_seen));
    status.set_mempool_free(from_.ports.mempools().free_mbufs());
    status.set_mempool_size(from_.ports.mempools().size());
    use_.fill(status, from_.tables.read());
    add_warnings(status);
}

void Telemetry::fill(api::Metrics& metrics, const ControlPresence& control) const
{
    fill(*metrics.mutable_status(), control);
    dataplane::fill(*metrics.mutable_drops(), from_, names_);
    dataplane::fill(*metrics.mutable_ports(), from_);
    dataplane::fill(*metrics.mutable_workers(), from_);
    from_.pipelines.sessions().services(from_.tables.read(), *metrics.mutable_services());
}

// Those of the start, and those that can come and go while the process lives.
void Telemetry::add_warnings(api::Status& status) const
{
    for (const std::string& warning : from_.identity.warnings)
        status.add_warnings(warning);
    if (const Clock::time_point end{Clock::duration(stops_at_.load())}; end != Clock::time_point{})
        status.add_warnings("stopping: nothing is announced any more, forwarding ends in " +
                            std::to_string(std::chrono::ceil<std::chrono::seconds>(end - Clock::now()).count()) + " s");
    if (const auto worker = from_.tables.laggard())
        status.add_warnings("worker " + std::to_string(*worker) + " stands still in the tables of generation " +
                            std::to_string(from_.tables.settled().generation) +
                            "; until it goes on nothing can be changed and ended sessions keep their places");
    for (std::size_t i = 0; i < from_.ports.size(); ++i) {
        const Port& port = from_.ports[i];
        if (port.removed())
            status.add_warnings("ports." + port.plan().name + ": the device was removed");
        else if (!port.link_up())
            status.add_warnings("ports." + port.plan().name + ": no link");
    }
    for (const std::string& warning : from_.steering.warnings())
        status.add_warnings(warning);
    for (const table::Interface& interface : from_.interfaces) {
        const std::uint64_t refused = from_.exception_path.counts(interface.id).refused.read();
        if (refused != 0)
            status.add_warnings("interface " + interface.name + ": the kernel did not take " + std::to_string(refused) +
                                " punted frames; is its interface up?");
    }
}

} // namespace sluice::dataplane
