// A backend that is not used keeps its place with the weight 0: its flows go on until they end or find the backend
// gone, new ones go elsewhere. Only one that its source no longer names is removed, and its flows with it.
#include "control/desired/backends.hpp"

#include <algorithm>

namespace sluice::control {
namespace {

using Backends = std::vector<config::Backend>;

std::pair<IpAddress, std::uint16_t> endpoint(const config::Backend& backend)
{
    return {backend.address, backend.port};
}

// One order on every node, so that equal backends give equal rings whatever order a registry lists them in.
Backends in_order(Backends backends)
{
    std::sort(backends.begin(), backends.end(),
              [&](const auto& a, const auto& b) { return endpoint(a) < endpoint(b); });
    const auto again = std::unique(backends.begin(), backends.end(),
                                   [&](const auto& a, const auto& b) { return endpoint(a) == endpoint(b); });
    backends.erase(again, backends.end());
    return backends;
}

const api::Service* programmed_service(const Inputs& in, const std::string& name)
{
    for (auto at = in.programmed.lower_bound({api::Object::kService, {}});
         at != in.programmed.end() && at->second.has_service(); ++at)
        if (at->second.service().name() == name) return &at->second.service();
    return nullptr;
}

// The weight that its source gave it: of a backend which is not used the dataplane holds 0.
std::uint32_t former_weight(const Inputs& in, const std::string& name, const config::Backend& backend)
{
    const auto service = in.judgements.former.find(name);
    if (service == in.judgements.former.end()) return backend.weight;
    for (const BackendState& state : service->second.backends)
        if (endpoint(state.backend) == endpoint(backend)) return state.backend.weight;
    return backend.weight;
}

Backends programmed_backends(const Inputs& in, const std::string& name)
{
    Backends backends;
    const api::Service* service = programmed_service(in, name);
    if (service == nullptr) return backends;
    for (const api::Backend& programmed : service->backends()) {
        const auto address = IpAddress::unpack(programmed.address());
        if (!address) continue;
        config::Backend backend{*address, static_cast<std::uint16_t>(programmed.port()), programmed.weight(), 0};
        backend.weight = former_weight(in, name, backend);
        backends.push_back(backend);
    }
    return backends;
}

// A registry that has said nothing yet says nothing about what is programmed either: that stays.
Backends listed_backends(const Inputs& in, const std::string& name, const config::Service& service,
                         std::vector<std::string>& problems)
{
    if (service.registry.empty()) return service.backends;
    const auto registry = in.registries.find(service.registry);
    if (registry == in.registries.end() || !registry->second) return programmed_backends(in, name);
    const auto listed = registry->second->find(service.registry_service);
    if (listed != registry->second->end()) return listed->second;
    problems.push_back(in.place(service.line) + ": registry " + service.registry + " has no service " +
                       service.registry_service + "; service " + name + " has no backends");
    return {};
}

// The configuration's own backends are checked; a registry's may say what it likes.
bool keeps_port(const config::Service& service, const config::Backend& backend)
{
    const auto is_its = [&](const config::ServicePort& port) { return port.port == backend.port; };
    return backend.port == 0 || std::all_of(service.ports.begin(), service.ports.end(), is_its);
}

Backends usable_here(const Inputs& in, const std::string& name, const config::Service& service,
                     std::vector<std::string>& problems)
{
    Backends backends = in_order(listed_backends(in, name, service, problems));
    if (service.forward != config::Service::Forward::direct) return backends;
    std::erase_if(backends, [&](const config::Backend& backend) {
        if (keeps_port(service, backend)) return false;
        problems.push_back(in.place(service.line) + ": backend " + backend.address.text() + " of service " + name +
                           " has port " + std::to_string(backend.port) +
                           ", to which 'direct' cannot lead; it is left out");
        return true;
    });
    return backends;
}

health::Target target_of(const config::Service& service, const config::Backend& backend)
{
    const config::Health& health = *service.health;
    const auto tcp = std::find_if(service.ports.begin(), service.ports.end(),
                                  [](const auto& port) { return port.protocol == config::Protocol::tcp; });
    const std::uint16_t service_port = tcp == service.ports.end() ? std::uint16_t{0} : tcp->port;
    const std::uint16_t port = health.port != 0 ? health.port : backend.port != 0 ? backend.port : service_port;
    return {service.network,
            backend.address,
            port,
            {health.interval, health.timeout, health.jitter, health.rise, health.fall}};
}

bool is_programmed_in_use(const api::Service* programmed, const config::Backend& backend)
{
    if (programmed == nullptr) return false;
    const std::string address = backend.address.packed();
    return std::any_of(programmed->backends().begin(), programmed->backends().end(), [&](const api::Backend& one) {
        return one.address() == address && one.port() == backend.port && one.weight() != 0;
    });
}

// Without a verdict yet, what is in use stays in use: a restart of this process takes nobody out.
void judge_health(const Inputs& in, const api::Service* programmed, BackendState& state)
{
    const auto verdict = in.judgements.verdicts.find(*state.target);
    if (verdict == in.judgements.verdicts.end()) {
        state.standing = is_programmed_in_use(programmed, state.backend) ? Standing::used : Standing::waiting;
        return;
    }
    const health::State found = verdict->second.state;
    state.standing = found == health::State::up     ? Standing::used
                     : found == health::State::down ? Standing::unhealthy
                                                    : Standing::waiting;
    state.reason = verdict->second.reason;
    state.since = verdict->second.since;
}

void add_unlisted(const Inputs& in, const std::string& name, ServiceState& state)
{
    for (const BackendName& drained : in.judgements.drained) {
        const auto is_it = [&](const BackendState& one) {
            return endpoint(one.backend) == std::pair(drained.address, drained.port);
        };
        if (drained.service != name || std::any_of(state.backends.begin(), state.backends.end(), is_it)) continue;
        BackendState unlisted;
        unlisted.backend = {drained.address, drained.port, 0, 0};
        unlisted.standing = Standing::unlisted;
        state.backends.push_back(std::move(unlisted));
    }
}

// Who gets new flows: those in use; if nobody is, with fail-open all who are only unhealthy or waiting.
void choose(ServiceState& state)
{
    const auto count = [&](Standing standing) {
        return std::count_if(state.backends.begin(), state.backends.end(),
                             [&](const BackendState& one) { return one.standing == standing; });
    };
    const bool nobody = count(Standing::used) == 0;
    state.all_down = nobody && count(Standing::waiting) == 0 && count(Standing::unhealthy) > 0;
    for (BackendState& each : state.backends) {
        const bool only_ill = each.standing == Standing::unhealthy || each.standing == Standing::waiting;
        each.usable = each.standing == Standing::used || (nobody && state.fail_open && only_ill);
        state.usable += each.usable ? 1 : 0;
    }
}

ServiceState state_of(const Inputs& in, const std::string& name, const config::Service& service,
                      std::vector<std::string>& problems)
{
    ServiceState state;
    state.checked = service.health.has_value();
    state.fail_open = state.checked && service.health->all_down == config::Health::AllDown::fail_open;
    const api::Service* programmed = state.checked ? programmed_service(in, name) : nullptr;
    for (const config::Backend& backend : usable_here(in, name, service, problems)) {
        BackendState each;
        each.backend = backend;
        if (state.checked) {
            each.target = target_of(service, backend);
            judge_health(in, programmed, each);
        }
        if (backend.weight == 0) each.standing = Standing::weightless;
        if (in.judgements.drained.contains({name, backend.address, backend.port})) each.standing = Standing::drained;
        state.backends.push_back(std::move(each));
    }
    add_unlisted(in, name, state);
    choose(state);
    return state;
}

} // namespace

ServiceStates states_of_services(const Inputs& in, std::vector<std::string>& problems,
                                 std::vector<std::string>& warnings)
{
    ServiceStates states;
    for (const auto& [name, service] : in.config.services) {
        const ServiceState& state = states.emplace(name, state_of(in, name, service, problems)).first->second;
        if (!state.all_down) continue;
        warnings.push_back(
            "service " + name + ": every backend is down; all-down: " +
            (state.fail_open ? "fail-open uses them all the same" : "fail-closed drops new connections as no_backend"));
    }
    return states;
}

health::Targets targets_of(const ServiceStates& services)
{
    health::Targets targets;
    for (const auto& [name, service] : services)
        for (const BackendState& state : service.backends)
            if (state.target) targets[*state.target] |= state.standing == Standing::used;
    return targets;
}

std::string text(Standing standing)
{
    switch (standing) {
    case Standing::used:
        return "used";
    case Standing::waiting:
        return "waiting";
    case Standing::unhealthy:
        return "unhealthy";
    case Standing::drained:
        return "drained";
    case Standing::weightless:
        return "weight 0";
    case Standing::unlisted:
        break;
    }
    return "not in registry";
}

} // namespace sluice::control
