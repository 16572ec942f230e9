// What the health checks and the operator say of backends, and what became of it.
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "config/schema.hpp"
#include "control/health/target.hpp"

namespace sluice::control {

// As the service's source names it: port 0 is the port of the packet.
struct BackendName {
    std::string service;
    IpAddress address;
    std::uint16_t port = 0;
    auto operator<=>(const BackendName&) const = default;
};

// used: registry, health and operator all say so. waiting: its first check has not ended. weightless: its source gives
// it the weight 0. unlisted: drained by the operator, and not in the registry (now).
enum class Standing { used, waiting, unhealthy, drained, weightless, unlisted };

struct BackendState {
    config::Backend backend; // as its source says
    Standing standing = Standing::used;
    bool usable = false;                           // gets new flows
    bool down = false;                             // its checks have found that it is not there
    std::string reason;                            // of the last check that failed, also while it is used
    std::chrono::system_clock::time_point since{}; // of what its checks say; the epoch: unknown
    std::optional<health::Target> target;          // what is checked
};

struct ServiceState {
    std::vector<BackendState> backends; // by address and port
    std::uint32_t usable = 0;           // backends that get new flows; 0: there is nothing to announce
    bool checked = false;
    bool all_down = false; // every backend that might be used has been found down
    bool fail_open = false;
};

using ServiceStates = std::map<std::string, ServiceState>;

struct Judgements {
    health::Verdicts verdicts;
    std::set<BackendName> drained;
    ServiceStates former; // of the round before: weights, while a registry is silent
};

inline const Judgements no_judgements{};

} // namespace sluice::control
