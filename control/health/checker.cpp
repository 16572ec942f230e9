#include "control/health/checker.hpp"

#include <algorithm>
#include <utility>

namespace sluice::control::health {
namespace {

constexpr auto idle_wait = std::chrono::seconds(60);
constexpr auto first_spread = std::chrono::microseconds(200); // a new target; so 5,000 of them begin within a second

} // namespace

Checker::Checker(Connector& connector, std::uint32_t seed)
    : connector_(connector)
    , random_(seed)
{
}

void Checker::want(const Targets& targets, Clock::time_point now)
{
    for (auto known = ids_.begin(); known != ids_.end();) {
        const auto next = std::next(known);
        if (!targets.contains(known->first)) drop(known->second);
        known = next;
    }
    const std::size_t fresh = targets.size() - ids_.size();
    const std::size_t others = fresh - (fresh > 0 ? 1 : 0);
    for (const auto& [target, assumed_up] : targets)
        if (!ids_.contains(target))
            add(target, assumed_up,
                now + chance(std::min<Clock::duration>(target.rhythm.interval, first_spread * others)));
}

void Checker::add(const Target& target, bool assumed_up, Clock::time_point due)
{
    const std::uint64_t id = next_id_++;
    ids_.emplace(target, id);
    const Judge judge(assumed_up, target.rhythm.rise, target.rhythm.fall);
    checks_.emplace(id, Check{target, judge, std::nullopt, {}, due, false});
    queue_.emplace(due, id);
}

void Checker::drop(std::uint64_t id)
{
    const auto found = checks_.find(id);
    Check& check = found->second;
    if (check.under_way) connector_.abandon(id);
    queue_.erase({check.due, id});
    ids_.erase(check.target);
    changes_.push_back({std::move(check.target), std::nullopt});
    checks_.erase(found);
}

void Checker::schedule(std::uint64_t id, Check& check, Clock::time_point due)
{
    queue_.erase({check.due, id});
    check.due = due;
    queue_.emplace(due, id);
}

Checker::Clock::time_point Checker::step(Clock::time_point now)
{
    while (!queue_.empty() && queue_.begin()->first <= now) {
        const std::uint64_t id = queue_.begin()->second;
        Check& check = checks_.at(id);
        if (check.under_way) {
            connector_.abandon(id);
            take(id, check, {Outcome::Kind::failed, "connect timed out"}, now);
        } else {
            begin(id, check, now);
        }
    }
    return queue_.empty() ? now + idle_wait : queue_.begin()->first;
}

void Checker::begin(std::uint64_t id, Check& check, Clock::time_point now)
{
    check.began = now;
    if (const auto outcome = connector_.begin(id, check.target)) return take(id, check, *outcome, now);
    check.under_way = true;
    schedule(id, check, now + check.target.rhythm.timeout);
}

void Checker::ended(std::uint64_t id, const Outcome& outcome, Clock::time_point now)
{
    const auto found = checks_.find(id);
    if (found != checks_.end() && found->second.under_way) take(id, found->second, outcome, now);
}

// The next check is due an interval after this one began; a moment later if that has passed, or step() would not end.
void Checker::take(std::uint64_t id, Check& check, const Outcome& outcome, Clock::time_point now)
{
    const Rhythm& rhythm = check.target.rhythm;
    check.under_way = false;
    schedule(id, check,
             std::max(check.began + rhythm.interval - chance(rhythm.jitter), now + std::chrono::microseconds(1)));
    if (outcome.kind == Outcome::Kind::not_tried) return tell(check, false, "not checked: " + outcome.why);
    const bool answered = outcome.kind == Outcome::Kind::answered;
    const bool changed = answered ? check.judge.answered() : check.judge.failed(outcome.why);
    tell(check, changed, check.judge.reason()); // the reason as it is after the verdict
}

void Checker::tell(Check& check, bool changed, std::string reason)
{
    if (check.told && !changed && check.told->reason == reason) return;
    const auto since = check.told && !changed ? check.told->since : std::chrono::system_clock::now();
    check.told = Verdict{check.judge.state(), std::move(reason), since};
    changes_.push_back({check.target, check.told});
}

std::vector<Change> Checker::take_changes()
{
    return std::exchange(changes_, {});
}

Checker::Clock::duration Checker::chance(Clock::duration most)
{
    return Clock::duration(std::uniform_int_distribution<Clock::rep>(0, most.count())(random_));
}

} // namespace sluice::control::health
