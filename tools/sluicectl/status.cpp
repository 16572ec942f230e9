// `status`: both processes, each by its own word; one that is silent does not hide the other.
#include "tools/sluicectl/handlers.hpp"
#include "tools/sluicectl/json.hpp"
#include "tools/sluicectl/law.hpp"
#include "tools/sluicectl/node.hpp"
#include "tools/sluicectl/table.hpp"
#include "tools/sluicectl/wording.hpp"

namespace sluice::ctl {
namespace {

using Dataplane = tl::expected<api::Status, Trouble>;
using Control = tl::expected<api::ControlStatus, Trouble>;

std::string running(const api::Hello& hello, std::uint64_t uptime_s)
{
    return "node " + known(hello.node()) + ", running " + span(uptime_s) + ", generation " +
           std::to_string(hello.generation()) + ", configuration " + known(hello.config_digest());
}

std::string control_seen(const api::Status& status)
{
    if (status.control_connected()) return "control process connected";
    if (status.control_last_seen_s() == 0) return "control process never connected";
    return "control process gone for " + span(status.control_last_seen_s()) + ": forwarding with what is programmed";
}

// Of thousands of pools only those that may run out are worth a line.
std::string text_of(const api::TableUse& table)
{
    if (table.limit() == 0 || table.high_water() < table.limit() / 2) return "";
    return "table      " + table.table() + (table.name().empty() ? "" : " " + table.name()) + ": " +
           counted(table.used()) + " of " + counted(table.limit()) + ", at most " + counted(table.high_water()) +
           " so far\n";
}

std::string text_of(const api::Status& status)
{
    std::string out = "dataplane  " + running(status.hello(), status.uptime_s()) + "\n           " +
                      control_seen(status) + "\n           sessions " + counted(status.sessions()) + " of " +
                      counted(status.session_limit()) + ", packet buffers " + counted(status.mempool_free()) + " of " +
                      counted(status.mempool_size()) + " free\n           " + equation(status.law()) + '\n';
    for (const api::TableUse& table : status.tables())
        out += text_of(table);
    for (const std::string& warning : status.warnings())
        out += "warning    " + warning + '\n';
    return out;
}

std::string text_of(const api::Feed& feed)
{
    return "feed       " + feed.name() + " (" + feed.kind() + "): " + feed.state() + " since " + span(feed.age_s()) +
           ", " + counted(feed.entries(), "entry", "entries") + (feed.error().empty() ? "" : "; " + feed.error()) +
           '\n';
}

std::string text_of(const api::Announcing& announcing)
{
    if (announcing.drained())
        return "announced  nothing: drained " + span(announcing.drained_s()) +
               " ago; `sluicectl undrain node` ends that\n";
    if (!announcing.configured()) return "";
    const std::string waits = announcing.waits_for().empty() ? "" : "; " + announcing.waits_for();
    return "announced  " + counted(announcing.announced(), "prefix", "prefixes") + " of " +
           counted(announcing.wanted()) + waits + '\n';
}

std::string text_of(const api::ControlStatus& status)
{
    std::string out = "control    " + running(status.hello(), status.uptime_s()) + ", applied " +
                      std::to_string(status.applied()) + "\n           dataplane " +
                      (status.dataplane_connected() ? "connected" : "not connected") + '\n';
    if (!status.error().empty()) out += "error      " + status.error() + '\n';
    for (const std::string& warning : status.warnings())
        out += "warning    " + warning + '\n';
    for (const std::string& key : status.needs_restart())
        out += "restart    needed for " + key + '\n';
    out += text_of(status.announcing());
    if (!status.trial().empty())
        out += "trial      " + status.trial() +
               (status.confirm_left_s() == 0 ? "" : ", " + span(status.confirm_left_s()) + " left") + '\n';
    for (const api::Feed& feed : status.feeds())
        out += text_of(feed);
    return out;
}

template<class Part>
std::string part_text(const char* title, const Part& part)
{
    return part ? printable_lines(text_of(*part)) : title + ("does not answer: " + part.error().text) + '\n';
}

template<class Part>
void add_part(Json& json, const std::string& name, const Part& part)
{
    if (part)
        json[name] = to_json(*part);
    else
        json[name + "_error"] = part.error().text;
}

} // namespace

Outcome show_status(const Invocation& invocation, Node& node)
{
    const Dataplane dataplane = body_of<api::Status>(node.dataplane(query(api::STATUS)));
    const Control control = body_of<api::ControlStatus>(node.control(query(api::STATUS)));
    if (!dataplane && dataplane.error().exit == Exit::usage) return tl::unexpected(dataplane.error());
    Report report;
    report.exit = dataplane ? Exit::fine : Exit::no_answer;
    if (invocation.json()) {
        Json json = Json::object();
        add_part(json, "dataplane", dataplane);
        add_part(json, "control", control);
        report.out = written(json, invocation);
    } else {
        report.out = part_text("dataplane  ", dataplane) + part_text("control    ", control);
    }
    return report;
}

} // namespace sluice::ctl
