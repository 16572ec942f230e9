// What the dataplane needs to know of the pipelines, and they of it. main.cpp is the one place that sees both sides: it
// fills a GatewaySetup, and `make_gateway` (pipelines/factory.hpp) answers with a PipelineFactory.
#pragma once

#include <cstdint>
#include <memory>

#include "dataplane/burst/pipeline.hpp"
#include "dataplane/burst/reasons.hpp"
#include "dataplane/housekeeping.hpp"
#include "dataplane/readers.hpp"

namespace sluice {
class StageClock;
}

namespace sluice::dataplane {

// For tables that the pipelines own and workers read without a lock: what was unlinked before start() may be freed once
// passed() says so. Both return at once. The table server's thread only.
class GracePeriods {
public:
    virtual ~GracePeriods() = default;
    [[nodiscard]] virtual std::uint64_t start() = 0; // a token
    [[nodiscard]] virtual bool passed(std::uint64_t token) = 0;
};

struct GatewaySetup {
    unsigned workers = 1;
    std::uint64_t tsc_hz = 0;
    std::uint32_t sessions = 0;     // of both families together, memory.sessions
    std::uint32_t new_sessions = 0; // per second and worker, workers.new-sessions; 0: no cap
    std::uint32_t tunnels = 0;      // table::Tunnel::counter is below it, memory.tunnels
    std::uint32_t interfaces = 0;   // numbers are below it
    GracePeriods& grace_periods;    // outlives the factory
    StageClock* stages = nullptr;   // of a measurement with one worker; nobody measures otherwise
};

class PipelineFactory {
public:
    virtual ~PipelineFactory() = default; // after all its pipelines
    // Called once per worker, before any of them runs.
    [[nodiscard]] virtual std::unique_ptr<Pipeline> make_worker(unsigned worker) = 0;
    [[nodiscard]] virtual Housekeeping& housekeeping() = 0;
    [[nodiscard]] virtual SessionReader& sessions() = 0;
    [[nodiscard]] virtual TrafficReader& traffic() = 0;
    [[nodiscard]] virtual Explainer& explainer() = 0;
    // Of the pipelines' stages; the worker's own reasons are added by the telemetry.
    [[nodiscard]] virtual const ReasonCatalog& reasons() const = 0;
};

} // namespace sluice::dataplane
