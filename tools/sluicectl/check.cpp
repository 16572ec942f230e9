// `check`: the same loader as both processes use, without either of them.
#include "config/loader.hpp"
#include "config/memory.hpp"
#include "tools/sluicectl/handlers.hpp"
#include "tools/sluicectl/json.hpp"
#include "tools/sluicectl/refused.hpp"
#include "tools/sluicectl/wording.hpp"

namespace sluice::ctl {

Report refused(const Invocation& invocation, const std::vector<Error>& errors)
{
    Json list = Json::array();
    std::string lines;
    for (const Error& error : errors) {
        list.push_back({{"place", error.where}, {"error", error.what}});
        lines += error.text() + '\n';
    }
    Report report;
    report.exit = Exit::finding;
    report.out = invocation.json() ? written(Json{{"errors", std::move(list)}}, invocation) : std::move(lines);
    report.complaint = counted(errors.size(), "error", "errors");
    return report;
}

namespace {

Json json_of(const config::MemoryPlan& plan)
{
    Json needs = Json::array();
    for (const config::MemoryNeed& need : plan.needs)
        needs.push_back({{"name", need.name}, {"count", need.count}, {"bytes", need.bytes}});
    return needs;
}

} // namespace

Outcome check_file(const Invocation& invocation, Node&)
{
    const auto loaded = config::load_file(invocation.word());
    if (!loaded) return refused(invocation, loaded.error());
    const std::string memory = config::memory_advice(loaded->config, config::reserved_hugepage_bytes());
    if (invocation.json())
        return Report{written(Json{{"errors", Json::array()},
                                   {"warnings", loaded->warnings},
                                   {"memory", json_of(config::memory_plan(loaded->config))},
                                   {"advice", memory}},
                              invocation)};
    std::string text;
    for (const std::string& warning : loaded->warnings)
        text += "warning: " + warning + '\n';
    return Report{text + "no errors; " + memory + '\n'};
}

} // namespace sluice::ctl
