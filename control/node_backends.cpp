// Backends: what checks and operator say goes in, what became of it is told.
#include <algorithm>

#include <spdlog/spdlog.h>

#include "control/desired/backends.hpp"
#include "control/node.hpp"

namespace sluice::control {
namespace {

std::string endpoint_text(const BackendName& name)
{
    const std::string host = name.address.is_v4() ? name.address.text() : "[" + name.address.text() + "]";
    return name.port == 0 ? name.address.text() : host + ":" + std::to_string(name.port);
}

void add_backend(api::ServiceState& service, const BackendState& state)
{
    api::BackendState& out = *service.add_backends();
    out.set_address(state.backend.address.packed());
    out.set_port(state.backend.port);
    out.set_weight(state.backend.weight);
    out.set_state(text(state.standing));
    out.set_reason(state.reason);
    const auto since = std::chrono::duration_cast<std::chrono::seconds>(state.since.time_since_epoch());
    out.set_since(static_cast<std::uint64_t>(since.count()));
}

// Those of the service that `wanted` means, also those that its source does not name any more.
std::set<BackendName> meant(const std::string& service, const ServiceState& state, const BackendName& wanted)
{
    std::set<BackendName> names;
    for (const BackendState& each : state.backends)
        if (each.backend.address == wanted.address && (wanted.port == 0 || wanted.port == each.backend.port))
            names.insert({service, each.backend.address, each.backend.port});
    return names;
}

std::string known_backends(const ServiceState& state)
{
    std::string text;
    for (const BackendState& each : state.backends)
        text += (text.empty() ? "" : ", ") + endpoint_text({{}, each.backend.address, each.backend.port});
    return text.empty() ? "none" : text;
}

} // namespace

void Node::take_services(ServiceStates services, std::vector<std::string> warnings)
{
    for (const std::string& warning : warnings)
        if (std::find(warnings_.begin(), warnings_.end(), warning) == warnings_.end())
            spdlog::warn("event=degraded what=\"{}\"", warning);
    warnings_ = std::move(warnings);
    health::Targets targets = targets_of(services);
    const auto same_target = [](const auto& left, const auto& right) { return left.first == right.first; };
    if (!std::equal(targets.begin(), targets.end(), checked_.begin(), checked_.end(), same_target))
        hooks_.check(targets);
    checked_ = std::move(targets);
    judgements_.former = std::move(services);
}

void Node::set_health(const std::vector<health::Change>& changes)
{
    bool matters = false;
    for (const health::Change& change : changes) {
        const auto known = judgements_.verdicts.find(change.target);
        const bool is_known = known != judgements_.verdicts.end();
        if (!change.verdict) {
            if (is_known) judgements_.verdicts.erase(known);
            continue;
        }
        const bool turned = !is_known || known->second.state != change.verdict->state;
        if (turned && change.verdict->state != health::State::waiting)
            spdlog::info("event=health network={} address={} port={} state={} reason=\"{}\"", change.target.network,
                         change.target.address.text(), change.target.port,
                         change.verdict->state == health::State::up ? "up" : "down", change.verdict->reason);
        matters |= turned;
        judgements_.verdicts.insert_or_assign(change.target, *change.verdict);
    }
    if (matters) reconciler_.mark_dirty(Clock::now());
}

api::BackendStates Node::backend_states(const std::string& service) const
{
    std::vector<std::string> unused;
    api::BackendStates states;
    for (const auto& [name, state] : states_of_services(inputs(plan_, reconciler_.programmed()), unused, unused)) {
        if (!service.empty() && service != name) continue;
        api::ServiceState& out = *states.add_services();
        out.set_name(name);
        out.set_usable(state.usable);
        out.set_checked(state.checked);
        out.set_all_down(state.all_down);
        out.set_fail_open(state.fail_open);
        for (const BackendState& each : state.backends)
            add_backend(out, each);
    }
    return states;
}

Result<api::BackendStates> Node::drain(const api::DrainBackend& request)
{
    std::vector<std::string> unused;
    const ServiceStates states = states_of_services(inputs(plan_, reconciler_.programmed()), unused, unused);
    const auto service = states.find(request.service());
    if (service == states.end()) return fail("", "there is no service '" + request.service() + "'");
    const auto address = IpAddress::unpack(request.address());
    if (!address || request.port() > 0xFFFF) return fail("", "that is no backend's address and port");
    const BackendName wanted{request.service(), *address, static_cast<std::uint16_t>(request.port())};
    const std::set<BackendName> found = meant(request.service(), service->second, wanted);
    if (found.empty())
        return fail("", "service " + request.service() + " has no backend " + endpoint_text(wanted) + "; it has " +
                            known_backends(service->second));
    std::set<BackendName> drained = drained_.names();
    for (const BackendName& name : found)
        request.undrain() ? (void)drained.erase(name) : (void)drained.insert(name);
    if (auto kept = drained_.keep(std::move(drained)); !kept) return tl::unexpected(kept.error());
    for (const BackendName& name : found)
        spdlog::info("event={} service={} backend={}", request.undrain() ? "undrained" : "drained", name.service,
                     endpoint_text(name));
    judgements_.drained = drained_.names();
    if (!reconciler_.is_connected()) return backend_states(request.service()); // the next connection begins with it
    const auto programmed = reconciler_.program(Clock::now());
    if (!programmed) return fail("dataplane", programmed.error().text() + "; it is kept and tried again");
    return backend_states(request.service());
}

} // namespace sluice::control
