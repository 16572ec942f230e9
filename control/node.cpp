// Rule of this file: a configuration comes into force only when the dataplane holds what follows from it.
#include "control/node.hpp"

#include <algorithm>
#include <filesystem>
#include <tuple>
#include <utility>

#include <spdlog/spdlog.h>

#include "control/describe.hpp"
#include "control/interfaces.hpp"
#include "control/started.hpp"

namespace sluice::control {
namespace {

// The table of routes is shared with those of the configuration.
std::size_t room_for_learned(const config::Config& config, const ObjectSet& objects)
{
    const auto own = static_cast<std::size_t>(
        std::ranges::count(objects, api::Kind::kRoute, [](const auto& each) { return each.first.kind; }));
    return config.memory.routes - std::min<std::size_t>(config.memory.routes, own);
}

} // namespace

Node::Node(Configuration first, Generations generations, std::string dataplane_socket, NodeHooks hooks)
    : generations_(std::move(generations))
    , hooks_(std::move(hooks))
    , plan_(make_plan(std::move(first), std::nullopt, registry::Registries(hooks_.places)))
    , trial_file_(generations_.folder())
    , drained_(DrainedBackends::open(generations_.folder()))
    , judgements_{{}, drained_.names(), {}}
    , drain_mark_(generations_.folder())
    , reconciler_(std::move(dataplane_socket),
                  {[this](const api::Hello& hello, const ObjectSet&) { connected(hello); },
                   [this](const ObjectSet& programmed) { return wanted(programmed); },
                   [this](std::uint32_t interface, const std::string& address) { neighbor_wanted(interface, address); },
                   [this](bool was_told) {
                       if (was_told) acknowledgements_.acknowledged(Clock::now());
                       acknowledgements_.forget();
                   },
                   &learned_})
{
}

Result<void> Node::keep_first(Trial::WallClock::time_point now)
{
    resume_trial(now);
    const Configuration& first = plan_.configuration;
    const auto kept = generations_.keep({0, first.settings.digest, first.path, first.text});
    if (!kept) return tl::unexpected(kept.error());
    applied_ = *kept;
    hooks_.configured(plan_.effective);
    return {};
}

Inputs Node::inputs(const Plan& plan, const ObjectSet& programmed) const
{
    const std::string file_name = std::filesystem::path(plan.configuration.path).filename();
    return {.config = plan.effective,
            .file_name = file_name,
            .registries = plan.registries.services(),
            .kernel = kernel_,
            .programmed = programmed,
            .learned_next_hops = learned_.next_hops(),
            .unread = plan.registries.unread(),
            .judgements = judgements_};
}

ObjectSet Node::wanted(const ObjectSet& programmed)
{
    learned_.set_interfaces(Interfaces(plan_.effective));
    Desired state = desired(inputs(plan_, programmed));
    if (state.problems != problems_)
        for (const std::string& problem : state.problems)
            spdlog::warn("event=not_expressible what=\"{}\"", problem);
    problems_ = std::move(state.problems);
    learned_.set_room(room_for_learned(plan_.effective, state.objects));
    take_services(std::move(state.services), std::move(state.warnings));
    announcer_.set_next(announce::usable_services(state.objects));
    announce_due_ = true;
    netlink::Wanted of_kernel = wanted_of_kernel(plan_.effective, std::move(state.next_hops));
    if (asked_of_kernel_) of_kernel.announced = asked_of_kernel_->announced;
    if (of_kernel != asked_of_kernel_) hooks_.want(of_kernel);
    asked_of_kernel_ = std::move(of_kernel);
    presence::Wanted presence = presence::wanted_presence(plan_.effective);
    if (presence != presence_) hooks_.be_present(presence);
    presence_ = std::move(presence);
    return std::move(state.objects);
}

Node::Outcome Node::apply(const std::string& path, std::chrono::milliseconds trial)
{
    auto configuration = read_configuration(path);
    if (!configuration) return tl::unexpected(std::move(configuration.error()));
    return apply(std::move(*configuration), trial);
}

Node::Outcome Node::roll_back(std::uint64_t number)
{
    if (number == 0 && is_on_trial()) number = trial_->back_to;
    if (number == 0 && applied_ <= 1)
        return tl::unexpected(Errors{{"rollback", "there is no configuration before this"}});
    const auto kept = generations_.read(number == 0 ? applied_ - 1 : number);
    if (!kept) return tl::unexpected(Errors{kept.error()});
    auto configuration = parse_configuration(kept->path, kept->text);
    if (!configuration) return tl::unexpected(std::move(configuration.error()));
    return apply(std::move(*configuration));
}

Node::Outcome Node::apply(Configuration configuration, std::chrono::milliseconds trial)
{
    if (!reconciler_.is_connected())
        return tl::unexpected(
            Errors{{"dataplane", "is not connected (" + reconciler_.error() + "); nothing was changed"}});
    Plan plan = make_plan(std::move(configuration), started_, plan_.registries);
    (void)plan.registries.confirm();
    api::Applied applied = compare(plan);
    return program(std::move(plan), std::move(applied), trial);
}

Node::Outcome Node::diff(const std::string& path) const
{
    auto configuration = read_configuration(path);
    if (!configuration) return tl::unexpected(std::move(configuration.error()));
    return compare(make_plan(std::move(*configuration), started_, plan_.registries));
}

api::Applied Node::compare(const Plan& plan) const
{
    const ObjectSet& programmed = reconciler_.programmed();
    const ObjectSet wanted = desired(inputs(plan, programmed)).objects;
    const api::Transaction changes = delta(programmed, wanted);
    api::Applied out;
    out.set_digest(plan.configuration.settings.digest);
    out.set_removed(static_cast<std::uint32_t>(changes.remove_size()));
    out.set_upserted(static_cast<std::uint32_t>(changes.upsert_size()));
    for (const std::string& line : describe_changes(programmed, wanted))
        out.add_changes(line);
    for (const std::string& line : plan.needs_restart)
        out.add_needs_restart(line);
    return out;
}

// Kept before it is programmed: what runs can always be found again. Refused by the dataplane: as if it had never been.
Node::Outcome Node::program(Plan plan, api::Applied applied, std::chrono::milliseconds trial)
{
    const std::uint64_t before = generations_.newest();
    const Configuration& next = plan.configuration;
    const auto kept = generations_.keep({0, next.settings.digest, next.path, next.text});
    if (!kept) return tl::unexpected(Errors{kept.error()});
    if (!is_on_trial() && *kept == applied_) trial = {}; // it is in force already: there is nothing to try
    const auto trial_before = std::pair(trial_, trial_due_);
    if (const auto begun = trial.count() > 0 ? begin_trial(*kept, trial) : Result<void>{}; !begun) {
        if (*kept != before) generations_.forget_newest();
        return tl::unexpected(Errors{begun.error()});
    }
    std::swap(plan_, plan);
    const announce::Usable usable = announcer_.next();
    const auto programmed = reconciler_.program(Clock::now());
    if (!programmed) {
        std::swap(plan_, plan);
        announcer_.set_next(usable);
        if (*kept != before) generations_.forget_newest();
        std::tie(trial_, trial_due_) = trial_before;
        (void)trial_file_.write(trial_); // a file that stays names a configuration that nobody has
        reconciler_.mark_dirty(Clock::now());
        spdlog::error("event=apply_refused digest={} error=\"{}\"", applied.digest(), programmed.error().text());
        return tl::unexpected(Errors{programmed.error()});
    }
    if (trial.count() == 0 && trial_) end_trial();
    applied_ = *kept;
    hooks_.configured(plan_.effective);
    applied.set_applied(applied_);
    applied.set_removed(programmed->removed);
    applied.set_upserted(programmed->upserted);
    spdlog::info("event=applied number={} digest={} removed={} upserted={} needs_restart={}", applied_,
                 applied.digest(), programmed->removed, programmed->upserted, plan_.needs_restart.size());
    return applied;
}

void Node::connected(const api::Hello& hello)
{
    acknowledgements_.forget(); // what follows is a resynchronisation
    started_ = find_started(hello.config_digest(), plan_.configuration, generations_);
    started_unknown_ = !started_;
    if (started_unknown_) spdlog::warn("event=dataplane_configuration_unknown digest={}", hello.config_digest());
    plan_ = make_plan(std::move(plan_.configuration), started_, plan_.registries);
    for (const std::string& line : plan_.needs_restart)
        spdlog::warn("event=needs_restart what=\"{}\"", line);
}

void Node::neighbor_wanted(std::uint32_t interface, const std::string& packed_address) const
{
    const Interfaces interfaces(plan_.effective);
    const auto address = IpAddress::unpack(packed_address);
    if (address && interface < interfaces.entries().size())
        hooks_.probe({interfaces.entries()[interface].name, *address});
}

void Node::take_kernel(KernelUpdate update)
{
    learned_.set_interfaces(Interfaces(plan_.effective));
    learned_.apply(update);
    announcer_.kernel_changed(Clock::now());
    note_changes(hooks_.kernel_status());
    const bool hops_changed = learned_.take_next_hops_changed();
    if (hops_changed || update.neighbors) reconciler_.mark_dirty(Clock::now());
    if (update.neighbors) kernel_.neighbors = std::move(*update.neighbors);
    reconciler_.mark_routes_due(Clock::now());
}

void Node::use_learned(bool use)
{
    if (!learned_.use_daemons(use)) return;
    spdlog::warn("event=learned_routes used={}", use);
    reconciler_.mark_dirty(Clock::now());
}

void Node::handle_registries()
{
    if (!plan_.registries.handle()) return;
    for (const FeedStatus& feed : plan_.registries.status())
        note_changes(feed);
    reconciler_.mark_dirty(Clock::now());
}

void Node::note_changes(const FeedStatus& feed)
{
    const Clock::time_point when = feed.noticed.value_or(feed.since);
    if (std::exchange(noticed_[feed.name], when) != when) acknowledgements_.noticed(feed.name, when);
}

std::vector<int> Node::descriptors() const
{
    std::vector<int> out = plan_.registries.descriptors();
    if (const int dataplane = reconciler_.descriptor(); dataplane >= 0) out.push_back(dataplane);
    return out;
}

} // namespace sluice::control
