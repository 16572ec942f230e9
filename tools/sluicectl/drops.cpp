// `drops`: the counters by reason with what to do about each, and the counter law below them.
#include <algorithm>
#include <chrono>
#include <map>

#include "tools/sluicectl/handlers.hpp"
#include "tools/sluicectl/json.hpp"
#include "tools/sluicectl/last_drops.hpp"
#include "tools/sluicectl/law.hpp"
#include "tools/sluicectl/table.hpp"
#include "tools/sluicectl/wording.hpp"

namespace sluice::ctl {
namespace {

using google::protobuf::RepeatedPtrField;

// The newest kept packet of each reason. A dataplane whose packets carry no stage is understood too.
class Newest {
public:
    explicit Newest(const api::LastDrops& kept)
    {
        for (const api::LastDrop& drop : kept.drops())
            by_reason_[{drop.stage(), drop.reason()}] = drop; // oldest first: the last one stays
    }
    [[nodiscard]] const api::LastDrop* of(const api::Reason& reason) const
    {
        auto found = by_reason_.find({reason.stage(), reason.name()});
        if (found == by_reason_.end()) found = by_reason_.find({"", reason.name()});
        return found == by_reason_.end() ? nullptr : &found->second;
    }

private:
    std::map<std::pair<std::string, std::string>, api::LastDrop> by_reason_;
};

std::string age_of(const api::LastDrop& drop)
{
    using std::chrono::nanoseconds;
    const auto now = std::chrono::duration_cast<nanoseconds>(std::chrono::system_clock::now().time_since_epoch());
    const auto age = now - nanoseconds(drop.time_ns());
    return span(static_cast<std::uint64_t>(std::max<std::int64_t>(age / std::chrono::seconds(1), 0)));
}

std::vector<api::Reason> counted_rows(const RepeatedPtrField<api::Reason>& rows)
{
    std::vector<api::Reason> out;
    std::ranges::copy_if(rows, std::back_inserter(out), [](const api::Reason& row) { return row.packets() > 0; });
    std::ranges::stable_sort(out, std::ranges::greater{}, &api::Reason::packets);
    return out;
}

std::string missed_text(const api::Drops& drops)
{
    std::vector<std::string> ports;
    for (const api::NicMissed& nic : drops.nic())
        ports.push_back(nic.port() + " " + counted(nic.missed() + nic.rx_no_mbuf()));
    return ports.empty() ? "" : "NIC missed: " + joined(ports);
}

std::string drops_table(const api::Drops& drops, const Newest& newest)
{
    Table table({{"REASON"}, {"STAGE"}, {"PORT"}, {"PACKETS", true}, {"LAST", true}, {"MEANING → WHAT TO DO"}});
    for (const api::Reason& row : counted_rows(drops.drops())) {
        const api::LastDrop* last = newest.of(row);
        table.add({row.name(), row.stage(), last == nullptr ? std::string(nothing) : known(last->interface()),
                   counted(row.packets()), last == nullptr ? std::string(nothing) : age_of(*last),
                   row.meaning() + (row.mend().empty() ? "" : " → " + row.mend())});
    }
    table.add({"total", "", "", counted(drops.law().dropped()), "", missed_text(drops)});
    return table.text();
}

std::string consumed_table(const api::Drops& drops)
{
    Table table({{"CONSUMED"}, {"STAGE"}, {"PACKETS", true}, {"MEANING"}});
    for (const api::Reason& row : counted_rows(drops.consumed()))
        table.add({row.name(), row.stage(), counted(row.packets()), row.meaning()});
    return table.empty() ? "" : "\n" + table.text();
}

Outcome show_audit(const Invocation& invocation, const api::Drops& drops)
{
    const Audit found = audit(drops);
    const bool holds = found.findings.empty();
    Report report{"", joined(found.findings, "\n"), holds ? Exit::fine : Exit::finding};
    if (invocation.json()) {
        Json json = to_json(drops);
        json["check"] = Json{{"balanced", holds}, {"findings", found.findings}};
        report.out = written(json, invocation);
        return report;
    }
    report.out = equation(found.sum) + '\n';
    for (const api::WorkerLaw& worker : drops.workers())
        report.out += "worker " + std::to_string(worker.worker()) + ": " + equation(worker.law()) + '\n';
    return report;
}

} // namespace

Outcome show_drops(const Invocation& invocation, Node& node)
{
    const bool last = invocation.has("last");
    for (const char* option : {"pcap", "limit"})
        if (!last && invocation.has(option)) return trouble(Exit::usage, std::string("--") + option + " needs --last");
    if (last && invocation.has("check")) return trouble(Exit::usage, "--check and --last are two questions; ask one");
    if (last) return show_last_drops(invocation, node);
    const auto drops = body_of<api::Drops>(node.dataplane(query(api::DROPS)));
    if (drops && invocation.has("check")) return show_audit(invocation, *drops);
    if (!drops || invocation.json()) return report_of(invocation, drops, [](const api::Drops&) { return ""; });
    const auto kept = read_last_drops(node, 0);
    if (!kept) return tl::unexpected(kept.error());
    return Report{drops_table(*drops, Newest(*kept)) + equation(drops->law()) + '\n' + consumed_table(*drops)};
}

} // namespace sluice::ctl
