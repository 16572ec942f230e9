// A configuration on trial: `apply --confirm`. Nobody can refuse the way back: it is in force at once, and a dataplane
// that is away gets it when it comes.
#include "control/node.hpp"

#include <spdlog/spdlog.h>

namespace sluice::control {
namespace {

bool is_same(const Generations::Kept& kept, const Configuration& configuration)
{
    return kept.text == configuration.text && kept.path == configuration.path;
}

} // namespace

Node::Outcome Node::confirm()
{
    if (!is_on_trial())
        return tl::unexpected(
            Errors{{"confirm", trial_ ? "came too late: " + trial_text() : "no configuration waits for it"}});
    end_trial();
    spdlog::info("event=confirmed number={}", applied_);
    api::Applied applied;
    applied.set_applied(applied_);
    applied.set_digest(plan_.configuration.settings.digest);
    return applied;
}

// On disk before anything is programmed: whatever dies in between, the way back is known.
Result<void> Node::begin_trial(std::uint64_t number, std::chrono::milliseconds time)
{
    const std::uint64_t back_to = is_on_trial() ? trial_->back_to : applied_;
    const Trial trial{number, back_to, Trial::WallClock::now() + time};
    return trial_file_.write(trial).map([&] {
        trial_ = trial;
        trial_due_ = Clock::now() + time;
    });
}

void Node::end_trial()
{
    trial_.reset();
    trial_due_.reset();
    if (const auto removed = trial_file_.write(std::nullopt); !removed)
        spdlog::error("event=trial_not_ended error=\"{}\"", removed.error().text());
}

// After a restart with the same file: within the time it stays on trial, past it it does not come into force. Another
// file is a decision that somebody made after the trial began.
void Node::resume_trial(Trial::WallClock::time_point now)
{
    trial_ = trial_file_.read();
    if (!trial_) return;
    const auto kept = generations_.read(trial_->number);
    if (!kept || !is_same(*kept, plan_.configuration)) return end_trial();
    if (trial_->deadline > now) {
        trial_due_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(trial_->deadline - now);
        spdlog::warn("event=on_trial what=\"{}\"", trial_text());
        return;
    }
    fall_back();
}

void Node::fall_back()
{
    trial_due_.reset();
    const auto kept = generations_.read(trial_->back_to);
    auto configuration = kept ? parse_configuration(kept->path, kept->text) : tl::unexpected(Errors{kept.error()});
    if (!configuration) {
        spdlog::error("event=cannot_fall_back to={} error=\"{}\"", trial_->back_to,
                      configuration.error().front().text());
        return;
    }
    plan_ = make_plan(std::move(*configuration), started_, plan_.registries);
    const auto number = generations_.keep({0, kept->digest, kept->path, kept->text});
    applied_ = number ? *number : trial_->back_to;
    spdlog::warn("event=fell_back what=\"{}\"", trial_text());
    if (reconciler_.is_connected()) (void)reconciler_.program(Clock::now()); // refused: said and tried again
}

std::string Node::trial_text() const
{
    if (!trial_) return "";
    const std::string number = "configuration " + std::to_string(trial_->number);
    if (is_on_trial())
        return number + " is on trial: back to " + std::to_string(trial_->back_to) +
               " unless 'sluicectl confirm' comes in time";
    if (applied_ == trial_->number)
        return number + " was not confirmed in time, and " + std::to_string(trial_->back_to) +
               " is kept no more: it stays in force";
    return number + " was not confirmed in time: what " + std::to_string(trial_->back_to) +
           " was is in force again, as " + std::to_string(applied_);
}

} // namespace sluice::control
