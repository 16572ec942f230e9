#include "dataplane/dataplane.hpp"

#include <chrono>

#include <rte_cycles.h>
#include <rte_lcore.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "dataplane/shared_ports.hpp"

namespace sluice::dataplane {
namespace {

std::uint64_t start_identity()
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

} // namespace

Dataplane::Dataplane(const config::Config& config, std::string run_folder, std::vector<std::string> warnings)
    : config_(config)
    , run_folder_(std::move(run_folder))
    , identity_{config.node.name, config.digest, start_identity(), config.memory.sessions, std::move(warnings)}
{
}

Result<std::unique_ptr<Dataplane>> Dataplane::start(const config::Config& config, const std::string& run_folder,
                                                    const MakePipelines& make_pipelines,
                                                    std::vector<std::string> warnings)
{
    std::unique_ptr<Dataplane> node(new Dataplane(config, run_folder, std::move(warnings)));
    auto lock = InstanceLock::take(run_folder);
    if (!lock) return tl::unexpected(lock.error());
    node->lock_.emplace(std::move(*lock));
    if (const auto opened = node->open_ports(); !opened) return tl::unexpected(opened.error());
    node->make_tables(make_pipelines);
    if (const auto made = node->make_workers(); !made) return tl::unexpected(made.error());
    if (const auto serving = node->serve(); !serving) return tl::unexpected(serving.error());
    return node;
}

Result<void> Dataplane::open_ports()
{
    std::vector<PortPlan> plans = port_plans(config_);
    std::optional<steering::ProgramFile> program; // read by the driver while the ports start
    if (const auto done = complete_shared(plans, program); !done) return done;
    const auto workers = static_cast<unsigned>(config_.workers.cores.size());
    const MempoolPlan memory = plan_mempool(plans, workers);
    auto eal = Eal::start(config_, plans, bytes_of(memory));
    if (!eal) return tl::unexpected(eal.error());
    eal_.emplace(std::move(*eal));
    auto ports = Ports::start(plans, workers, memory, identity_.warnings);
    if (!ports) return tl::unexpected(ports.error());
    ports_ = std::move(*ports);
    warn_of_sockets();
    interfaces_ = interface_plans(config_);
    for (table::Interface& interface : interfaces_)
        interface.mac = (*ports_)[interface.port].mac();
    auto steering = steering::Steering::start(shared_among(*ports_, interfaces_));
    if (!steering) return tl::unexpected(steering.error());
    steering_ = std::move(*steering);
    return {};
}

// A worker reaches a NIC on another socket across the processors' link: a third of the rate, at worst.
void Dataplane::warn_of_sockets()
{
    for (std::size_t i = 0; i < ports_->size(); ++i) {
        const int socket = rte_eth_dev_socket_id((*ports_)[i].device());
        for (unsigned worker = 0; socket >= 0 && worker < config_.workers.cores.size(); ++worker) {
            if (static_cast<int>(rte_lcore_to_socket_id(lcore_of_worker(worker))) == socket) continue;
            identity_.warnings.push_back("ports." + (*ports_)[i].plan().name + ": the device is on socket " +
                                         std::to_string(socket) + " and core " +
                                         std::to_string(config_.workers.cores[worker]) +
                                         " is not; choose workers.cores on the device's socket");
        }
    }
}

void Dataplane::make_tables(const MakePipelines& make_pipelines)
{
    const config::Memory& memory = config_.memory;
    const auto workers = static_cast<unsigned>(config_.workers.cores.size());
    table::Limits limits;
    limits.tunnels = memory.tunnels;
    limits.routes = memory.routes;
    model_.emplace(interfaces_, static_cast<unsigned>(ports_->size()), limits);
    first_tables_ = model_->initial();
    tables_.emplace(workers, *first_tables_);
    grace_periods_.emplace(tables_->rcu());
    pipelines_ = make_pipelines({workers, rte_get_tsc_hz(), memory.sessions, config_.workers.new_sessions,
                                 memory.tunnels, static_cast<std::uint32_t>(interfaces_.size()), *grace_periods_});
}

Result<void> Dataplane::make_workers()
{
    auto workers = WorkerSet::make(config_.workers, *ports_, interfaces_, *pipelines_, *tables_);
    if (!workers) return tl::unexpected(workers.error());
    workers_ = std::move(*workers);
    const auto pool = ports_->pool_for(static_cast<int>(rte_socket_id()));
    if (!pool) return tl::unexpected(pool.error());
    auto exception_path = ExceptionPath::open(config_.node.netns, interfaces_, workers_->all(), *pool);
    if (!exception_path) return tl::unexpected(exception_path.error());
    exception_path_ = std::move(*exception_path);
    return {};
}

Result<void> Dataplane::serve()
{
    port_watch_.emplace(*ports_, interfaces_, *exception_path_, *tables_);
    telemetry_.emplace(TelemetrySources{identity_, interfaces_, *ports_, *workers_, *exception_path_, *pipelines_,
                                        *tables_, *model_, *steering_});
    auto server =
        TableServer::listen(run_folder_ + "/dataplane.sock", {*model_, *tables_, *workers_, pipelines_->housekeeping(),
                                                              *port_watch_, *telemetry_, *steering_});
    if (!server) return tl::unexpected(server.error());
    server_ = std::move(*server);
    log_warnings();
    if (const auto launched = workers_->launch(); !launched) return launched;
    exception_path_->start();
    server_->start();
    spdlog::info("event=forwarding node={} ports={} interfaces={} workers={}", identity_.node, ports_->size(),
                 interfaces_.size(), workers_->size());
    return {};
}

void Dataplane::log_warnings() const
{
    for (const std::string& warning : identity_.warnings)
        spdlog::warn("event=start_warning warning=\"{}\"", warning);
}

std::chrono::milliseconds Dataplane::withdraw()
{
    if (!exception_path_->announces()) return std::chrono::milliseconds::zero();
    const auto drain_time = server_->drain_time().value_or(config_.node.drain_time);
    telemetry_->stops_at(std::chrono::steady_clock::now() + drain_time);
    exception_path_->withdraw();
    spdlog::info("event=withdrawn forwards_for_ms={}", drain_time.count());
    return drain_time;
}

Dataplane::~Dataplane()
{
    server_.reset();
    if (!workers_) return;
    workers_->stop();
    exception_path_.reset();
    const LawTerms law = workers_->law();
    spdlog::info("event=stopped received={} injected={} originated={} sent={} dropped={} punted={} consumed={} held={} "
                 "balanced={}",
                 law.received, law.injected, law.originated, law.sent, law.dropped(), law.punted, law.consumed_total(),
                 law.held, law.balanced());
}

} // namespace sluice::dataplane
