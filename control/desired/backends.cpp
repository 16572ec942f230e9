// A backend that is not used keeps its place with the weight 0: its flows go on until they end or find the backend
// gone, new ones go elsewhere. Only one that its source no longer names is removed, and its flows with it.
#include "control/desired/backends.hpp"
#include "control/desired/listed_backends.hpp"

#include <algorithm>

namespace sluice::control {
namespace {

std::pair<IpAddress, std::uint16_t> endpoint(const config::Backend& backend)
{
    return {backend.address, backend.port};
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

const api::Backend* programmed_backend(const api::Service* programmed, const config::Backend& backend)
{
    if (programmed == nullptr) return nullptr;
    const std::string address = backend.address.packed();
    const auto& all = programmed->backends();
    const auto found = std::find_if(all.begin(), all.end(), [&](const api::Backend& one) {
        return one.address() == address && one.port() == backend.port;
    });
    return found == all.end() ? nullptr : &*found;
}

// Without a verdict yet, what is in use stays in use, and what is down stays down: a restart of this process changes
// nothing.
void judge_health(const Inputs& in, const api::Service* programmed, BackendState& state)
{
    const api::Backend* before = programmed_backend(programmed, state.backend);
    const auto verdict = in.judgements.verdicts.find(*state.target);
    if (verdict == in.judgements.verdicts.end()) {
        state.standing = before != nullptr && before->weight() != 0 ? Standing::used : Standing::waiting;
        state.down = before != nullptr && before->down();
        return;
    }
    const health::State found = verdict->second.state;
    state.standing = found == health::State::up     ? Standing::used
                     : found == health::State::down ? Standing::unhealthy
                                                    : Standing::waiting;
    state.down = found == health::State::down;
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
                      const std::vector<config::Backend>& listed)
{
    ServiceState state;
    state.checked = service.health.has_value();
    state.fail_open = state.checked && service.health->all_down == config::Health::AllDown::fail_open;
    const api::Service* programmed = state.checked ? programmed_service(in, name) : nullptr;
    for (const config::Backend& backend : listed) {
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
    const auto listed = listed_backends(in, problems);
    ServiceStates states;
    for (const auto& [name, service] : in.config.services) {
        const ServiceState& state = states.emplace(name, state_of(in, name, service, listed.at(name))).first->second;
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
