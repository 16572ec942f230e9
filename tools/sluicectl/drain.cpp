// `drain` and `undrain`: what the operator says of a backend or of the node. The control process keeps it, over its
// restarts too.
#include "tools/sluicectl/backend_states.hpp"
#include "tools/sluicectl/end.hpp"
#include "tools/sluicectl/handlers.hpp"
#include "tools/sluicectl/json.hpp"
#include "tools/sluicectl/node.hpp"
#include "tools/sluicectl/table.hpp"
#include "tools/sluicectl/wording.hpp"

namespace sluice::ctl {
namespace {

std::string listing(const api::BackendStates& states)
{
    Table table({{"SERVICE"}, {"BACKEND"}, {"WEIGHT", true}, {"STATE"}});
    for (const api::ServiceState& service : states.services())
        for (const api::BackendState& backend : service.backends())
            table.add({service.name(),
                       backend.port() == 0 ? address(backend.address()) : endpoint(backend.address(), backend.port()),
                       counted(backend.weight()), state_text(service, backend)});
    return table.text();
}

Outcome change_backend(const Invocation& invocation, Node& node, bool undrain)
{
    if (invocation.word(1).empty() || invocation.word(2).empty())
        return trouble(Exit::usage, "a backend is named by its service and address: backend SERVICE ADDRESS[:PORT]");
    const auto backend = read_end(invocation.word(2));
    if (!backend) return tl::unexpected(backend.error());
    api::Request request;
    api::DrainBackend& change = *request.mutable_drain_backend();
    change.set_service(invocation.word(1));
    change.set_address(backend->address.packed());
    change.set_port(backend->port);
    change.set_undrain(undrain);
    return report_of(invocation, body_of<api::BackendStates>(node.control(request)), listing);
}

std::string drain_text(const api::ControlStatus& status)
{
    const api::Announcing& announcing = status.announcing();
    if (announcing.drained())
        return "drained: nothing is announced until `sluicectl undrain node`, also after a restart\n"
               "the node forwards on; leave it node.drain-time before you stop it\n";
    if (!announcing.configured()) return "not drained; bgp.announce names nothing to announce\n";
    return "not drained: " + counted(announcing.wanted(), "prefix is", "prefixes are") + " to be announced\n";
}

Outcome change_node(const Invocation& invocation, Node& node, bool undrain)
{
    if (!invocation.word(1).empty()) return trouble(Exit::usage, "a node has no parts: node");
    api::Request request;
    request.mutable_drain_node()->set_undo(undrain);
    return report_of(invocation, body_of<api::ControlStatus>(node.control(request)), drain_text);
}

Outcome change(const Invocation& invocation, Node& node, bool undrain)
{
    if (invocation.word() == "backend") return change_backend(invocation, node, undrain);
    if (invocation.word() == "node") return change_node(invocation, node, undrain);
    return trouble(Exit::usage,
                   "'" + invocation.word() + "' cannot be drained; there are: node, backend SERVICE ADDRESS[:PORT]");
}

} // namespace

Outcome drain(const Invocation& invocation, Node& node)
{
    return change(invocation, node, false);
}

Outcome undrain(const Invocation& invocation, Node& node)
{
    return change(invocation, node, true);
}

} // namespace sluice::ctl
