// `diff`, `apply`, `confirm`, `rollback`: one configuration against another. The control process does the work and the
// judging.
#include <charconv>
#include <chrono>
#include <filesystem>

#include "tools/sluicectl/handlers.hpp"
#include "tools/sluicectl/json.hpp"
#include "tools/sluicectl/node.hpp"
#include "tools/sluicectl/wording.hpp"

namespace sluice::ctl {
namespace {

constexpr std::chrono::seconds shortest_trial{1};
constexpr std::chrono::hours longest_trial{24};

std::string list_of(const api::Applied& applied)
{
    std::string lines;
    for (const std::string& change : applied.changes())
        lines += change + '\n';
    for (const std::string& key : applied.needs_restart())
        lines += "needs a restart: " + key + '\n';
    return lines;
}

std::string count_of(const api::Applied& applied)
{
    return counted(applied.upserted(), "object", "objects") + " to write, " + counted(applied.removed()) + " to remove";
}

bool differs(const api::Applied& applied)
{
    return applied.upserted() + applied.removed() > 0 || !applied.needs_restart().empty();
}

std::string text_of_difference(const api::Applied& applied)
{
    return differs(applied) ? list_of(applied) + count_of(applied) + '\n' : "no difference\n";
}

std::string text_of_change(const api::Applied& applied)
{
    return list_of(applied) + "applied as " + std::to_string(applied.applied()) + ": " +
           counted(applied.upserted(), "object", "objects") + " written, " + counted(applied.removed()) + " removed\n";
}

// The control process has another working folder than we.
api::Request application(const Invocation& invocation, bool dry_run)
{
    std::error_code error;
    api::Request request;
    request.mutable_apply()->set_path(std::filesystem::absolute(invocation.word(), error).lexically_normal());
    request.mutable_apply()->set_dry_run(dry_run);
    return request;
}

} // namespace

Outcome diff_file(const Invocation& invocation, Node& node)
{
    const auto applied = body_of<api::Applied>(node.control(application(invocation, true)));
    auto report = report_of(invocation, applied, text_of_difference);
    if (report && differs(*applied)) report->exit = Exit::finding;
    return report;
}

Outcome apply_file(const Invocation& invocation, Node& node)
{
    api::Request request = application(invocation, false);
    std::string trial;
    const auto time = invocation.time("confirm");
    if (!time) return tl::unexpected(time.error());
    if (*time) {
        if (**time < shortest_trial || **time > longest_trial)
            return trouble(Exit::usage, "--confirm: '" + invocation.text("confirm") + "' is not within 1s..24h");
        request.mutable_apply()->set_confirm_ms(static_cast<std::uint64_t>(std::chrono::milliseconds(**time).count()));
        trial = "goes back by itself unless 'sluicectl confirm' comes within " + invocation.text("confirm") + '\n';
    }
    return report_of(invocation, body_of<api::Applied>(node.control(request)),
                     [&](const api::Applied& applied) { return text_of_change(applied) + trial; });
}

Outcome confirm_trial(const Invocation& invocation, Node& node)
{
    api::Request request;
    request.mutable_confirm();
    return report_of(invocation, body_of<api::Applied>(node.control(request)), [](const api::Applied& applied) {
        return "confirmed: " + std::to_string(applied.applied()) + " stays\n";
    });
}

Outcome roll_back(const Invocation& invocation, Node& node)
{
    api::Request request;
    api::Rollback& rollback = *request.mutable_rollback();
    if (!invocation.word().empty()) {
        std::uint64_t number = 0;
        const std::string word = invocation.word();
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
        if (error != std::errc{} || end != word.data() + word.size() || number == 0)
            return trouble(Exit::usage, "'" + word + "' is no number that apply printed");
        rollback.set_applied(number);
    }
    return report_of(invocation, body_of<api::Applied>(node.control(request)), text_of_change);
}

} // namespace sluice::ctl
