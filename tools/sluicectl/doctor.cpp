// `doctor`: what this machine lacks for a node, before the node is started.
#include "config/loader.hpp"
#include "tools/sluicectl/doctor/checks.hpp"
#include "tools/sluicectl/handlers.hpp"
#include "tools/sluicectl/json.hpp"
#include "tools/sluicectl/refused.hpp"
#include "tools/sluicectl/table.hpp"
#include "tools/sluicectl/wording.hpp"

namespace sluice::ctl {
namespace {

struct Examined {
    std::string_view check;
    doctor::Findings findings;
};

std::vector<Examined> examine(const doctor::Patient& patient)
{
    std::vector<Examined> all;
    for (const doctor::Check& check : doctor::checks()) {
        all.push_back({check.name, {}});
        check.look(patient, all.back().findings);
    }
    return all;
}

Json json_of(const std::vector<Examined>& all)
{
    Json fine = Json::array();
    Json findings = Json::array();
    for (const auto& [check, found] : all) {
        if (found.empty()) fine.push_back(check);
        for (const doctor::Finding& finding : found)
            findings.push_back({{"check", check},
                                {"what", finding.what},
                                {"read", finding.read},
                                {"hurts", finding.hurts},
                                {"mend", finding.mend}});
    }
    return {{"findings", std::move(findings)}, {"fine", std::move(fine)}};
}

std::string paragraph(std::string_view check, const doctor::Finding& finding)
{
    return printable(std::string(check) + ": " + finding.what) + "\n  read   " + printable(finding.read) +
           "\n  hurts  " + printable(finding.hurts) + "\n  mend   " + printable(finding.mend) + '\n';
}

std::string text_of(const std::vector<Examined>& all)
{
    std::string text;
    std::vector<std::string_view> fine;
    std::size_t count = 0;
    for (const auto& [check, found] : all) {
        if (found.empty()) fine.push_back(check);
        count += found.size();
        for (const doctor::Finding& finding : found)
            text += paragraph(check, finding);
    }
    if (!fine.empty()) text += "fine: " + joined(fine) + '\n';
    return text + counted(count, "finding", "findings") + " of " + std::to_string(all.size()) + " checks\n";
}

} // namespace

Outcome examine_machine(const Invocation& invocation, Node&)
{
    config::Loaded loaded;
    const bool has_file = !invocation.word().empty();
    if (has_file) {
        auto result = config::load_file(invocation.word());
        if (!result) return refused(invocation, result.error());
        loaded = *std::move(result);
    }
    const doctor::SystemFiles files(invocation.has("root") ? invocation.text("root") : "/");
    const std::vector<Examined> all = examine(patient_of(files, has_file ? &loaded.config : nullptr));
    Report report;
    report.out = invocation.json() ? written(json_of(all), invocation) : text_of(all);
    for (const Examined& one : all)
        if (!one.findings.empty()) report.exit = Exit::finding;
    return report;
}

} // namespace sluice::ctl
