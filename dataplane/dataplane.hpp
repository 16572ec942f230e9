// The whole dataplane of one node, from its parts: what is built first ends last.
//
//   lock ─ EAL ─ ports ─ steering ─ tables ─ pipelines ─ workers ─ TAPs ─ table server        (built in this order)
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/schema.hpp"
#include "dataplane/eal.hpp"
#include "dataplane/exception/exception_path.hpp"
#include "dataplane/grace_periods.hpp"
#include "dataplane/instance_lock.hpp"
#include "dataplane/pipeline_factory.hpp"
#include "dataplane/port_watch.hpp"
#include "dataplane/ports.hpp"
#include "dataplane/published.hpp"
#include "dataplane/steering/steering.hpp"
#include "dataplane/table/model.hpp"
#include "dataplane/table_server.hpp"
#include "dataplane/telemetry.hpp"
#include "dataplane/worker_set.hpp"

namespace sluice::dataplane {

using MakePipelines = std::function<std::unique_ptr<PipelineFactory>(const GatewaySetup&)>;

class Dataplane {
public:
    // Returns when it forwards. `run_folder` holds its socket and its lock; `warnings` were found before.
    [[nodiscard]] static Result<std::unique_ptr<Dataplane>> start(const config::Config& config,
                                                                  const std::string& run_folder,
                                                                  const MakePipelines& make_pipelines,
                                                                  std::vector<std::string> warnings);
    Dataplane(const Dataplane&) = delete;
    Dataplane& operator=(const Dataplane&) = delete;
    // What is announced vanishes from the kernel, so that routing daemons withdraw it. Returns how long to forward
    // after that; zero when nothing was announced. The main thread.
    [[nodiscard]] std::chrono::milliseconds withdraw();
    // Stops in order: no more changes, workers close their books, the kernel's ends vanish, devices are closed.
    ~Dataplane();

private:
    Dataplane(const config::Config& config, std::string run_folder, std::vector<std::string> warnings);
    [[nodiscard]] Result<void> open_ports();
    void make_tables(const MakePipelines& make_pipelines);
    [[nodiscard]] Result<void> make_workers();
    [[nodiscard]] Result<void> serve();
    void warn_of_sockets();
    void log_warnings() const;

    const config::Config& config_;
    std::string run_folder_;
    Identity identity_;
    std::optional<InstanceLock> lock_;
    std::optional<Eal> eal_;
    std::unique_ptr<Ports> ports_;
    std::unique_ptr<steering::Steering> steering_; // ends before the ports, so that nothing comes to closed sockets
    std::vector<table::Interface> interfaces_;
    std::optional<table::Model> model_;
    std::unique_ptr<const table::Snapshot> first_tables_;
    std::optional<Published> tables_;
    std::optional<RcuGracePeriods> grace_periods_;
    std::unique_ptr<PipelineFactory> pipelines_;
    std::unique_ptr<WorkerSet> workers_;
    std::unique_ptr<ExceptionPath> exception_path_;
    std::optional<PortWatch> port_watch_;
    std::optional<Telemetry> telemetry_;
    std::unique_ptr<TableServer> server_;
};

} // namespace sluice::dataplane
