// `drain` and `undrain`: take traffic away without losing what is under way.
#include "tools/sluicectl/handlers.hpp"
#include "tools/sluicectl/json.hpp"
#include "tools/sluicectl/node.hpp"
#include "tools/sluicectl/wording.hpp"

namespace sluice::ctl {
namespace {

std::string drain_text(const api::ControlStatus& status)
{
    const api::Announcing& announcing = status.announcing();
    if (announcing.drained())
        return "drained: nothing is announced until `sluicectl undrain node`, also after a restart\n"
               "the node forwards on; leave it node.drain-time before you stop it\n";
    if (!announcing.configured()) return "not drained; bgp.announce names nothing to announce\n";
    return "not drained: " + counted(announcing.wanted(), "prefix is", "prefixes are") + " to be announced\n";
}

Outcome change(const Invocation& invocation, Node& node, bool undo)
{
    const std::string what = invocation.word();
    if (what != "node") return trouble(Exit::usage, "'" + what + "' cannot be drained; there is: node");
    api::Request request;
    request.mutable_drain_node()->set_undo(undo);
    return report_of(invocation, body_of<api::ControlStatus>(node.control(request)), drain_text);
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
