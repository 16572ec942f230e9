// Answers every question of the tools about the dataplane. Runs in the table server's thread, between transactions, so
// that the published tables and what the pipelines show belong together; the workers are read while they run.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

#include "dataplane/api/sluice.pb.h"
#include "dataplane/exception/exception_path.hpp"
#include "dataplane/pipeline_factory.hpp"
#include "dataplane/published.hpp"
#include "dataplane/reason_names.hpp"
#include "dataplane/steering/steering.hpp"
#include "dataplane/table/model.hpp"
#include "dataplane/table_use.hpp"
#include "dataplane/worker_set.hpp"

namespace sluice::dataplane {

// Who this process is, the same for its whole life.
struct Identity {
    std::string node;
    std::string config_digest; // of the file the process was started with
    std::uint64_t start = 0;   // differs from every other start's
    std::uint32_t session_limit = 0;
    std::vector<std::string> warnings; // found at the start
};

// Everything outlives the telemetry.
struct TelemetrySources {
    const Identity& identity;
    const std::vector<table::Interface>& interfaces;
    Ports& ports;
    WorkerSet& workers;
    ExceptionPath& exception_path;
    PipelineFactory& pipelines;
    const Published& tables;
    const table::Model& model;
    const steering::Steering& steering;
};

// What the table server knows of the control process.
struct ControlPresence {
    bool connected = false;
    std::chrono::steady_clock::time_point last_seen{};
};

class Telemetry {
public:
    explicit Telemetry(const TelemetrySources& sources);

    // Any thread: a stop was asked for, and forwarding ends then.
    void stops_at(std::chrono::steady_clock::time_point end) { stops_at_.store(end.time_since_epoch().count()); }
    // To be called ten times a second: notes how full the tables are.
    void look() { use_.look(from_.tables.read()); }

    [[nodiscard]] api::Hello hello() const;
    // A topic of the control process is answered by a Failure that says so.
    [[nodiscard]] api::Reply answer(const api::Query& query, const ControlPresence& control) const;
    [[nodiscard]] api::Reply answer(const api::Explain& question) const;

private:
    using Clock = std::chrono::steady_clock;

    void fill(api::Status& status, const ControlPresence& control) const;
    void fill(api::Metrics& metrics, const ControlPresence& control) const;
    void add_warnings(api::Status& status) const;

    TelemetrySources from_;
    ReasonNames names_;
    TableUse use_;
    Clock::time_point started_ = Clock::now();
    std::atomic<Clock::rep> stops_at_{0}; // since the clock's epoch; 0: not asked for
};

// ---- Parts of an answer, by subject.
void fill(api::Law& law, const LawTerms& terms);
void fill(api::Drops& answer, const TelemetrySources& from, const ReasonNames& names);
void fill(api::LastDrops& answer, const TelemetrySources& from, const ReasonNames& names, unsigned limit);
void fill(api::Ports& answer, const TelemetrySources& from);
void fill(api::Workers& answer, const TelemetrySources& from);
void fill(api::Tunnels& answer, const TelemetrySources& from, unsigned limit);
void fill(api::Networks& answer, const TelemetrySources& from);
void fill(api::Routes& answer, const TelemetrySources& from, const api::Query& query);
void fill(api::Neighbors& answer, const TelemetrySources& from, unsigned limit);

} // namespace sluice::dataplane
