// The queue of checks under a clock that is given and with connections that end as a test says.
#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <functional>

#include "control/health/checker.hpp"

namespace sluice::control::health {
namespace {

using namespace std::chrono_literals;
using TimePoint = Checker::Clock::time_point;

// What becomes of connections, by the last byte of the address.
class Peers final : public Connector {
public:
    std::optional<Outcome> begin(std::uint64_t id, const Target& target) override
    {
        begun.emplace_back(now, target);
        if (silent) {
            under_way.push_back(id);
            return std::nullopt;
        }
        return outcome;
    }
    void abandon(std::uint64_t id) override { std::erase(under_way, id); }

    TimePoint now{};
    bool silent = false;
    Outcome outcome{Outcome::Kind::answered, {}};
    std::vector<std::pair<TimePoint, Target>> begun;
    std::vector<std::uint64_t> under_way;
};

Target target(unsigned number, Rhythm rhythm = {2s, 1s, 0ms, 2, 3})
{
    return {"shop", Ipv4Address{0x0A000000U + number}, 80, rhythm};
}

class World {
public:
    // Turns the clock on in steps of a millisecond, as the thread's poll would.
    void run(std::chrono::milliseconds time)
    {
        for (const TimePoint end = peers.now + time; peers.now < end;) {
            const TimePoint due = checker.step(peers.now);
            CHECK(due > peers.now);
            peers.now = std::min(end, std::max(due, peers.now + 1ms));
        }
        (void)checker.step(peers.now);
        for (Change& change : checker.take_changes())
            changes.push_back(std::move(change));
    }
    void want(const Targets& targets) { checker.want(targets, peers.now); }
    [[nodiscard]] std::string last_reason() const { return changes.back().verdict->reason; }
    [[nodiscard]] State last_state() const { return changes.back().verdict->state; }

    Peers peers;
    Checker checker{peers, 1};
    std::vector<Change> changes;
};

} // namespace

TEST_CASE("a backend is checked once in each interval, and told about only when something is new")
{
    World world;
    world.want({{target(1), false}});
    world.run(20s);
    CHECK(world.peers.begun.size() == 11); // at 0, 2 … 20 s
    REQUIRE(world.changes.size() == 1);
    CHECK(world.last_state() == State::up);
    CHECK(world.last_reason().empty());
}

TEST_CASE("a backend that refuses is down after fall intervals, and up again after rise")
{
    World world;
    world.want({{target(1), true}});
    world.run(100ms);
    CHECK(world.changes.size() == 1); // up is told even when it was assumed
    world.peers.outcome = {Outcome::Kind::failed, "connection refused"};
    world.run(5'900ms); // checks at 2, 4, 6 s
    CHECK(world.last_state() == State::down);
    CHECK(world.last_reason() == "connection refused (3 of 3)");
    CHECK(world.changes.size() == 4);
    world.run(10s);
    CHECK(world.changes.size() == 4);
    world.peers.outcome = {Outcome::Kind::answered, {}};
    world.run(2s);
    CHECK(world.last_state() == State::down);
    world.run(2s);
    CHECK(world.last_state() == State::up);
    CHECK(world.last_reason().empty());
}

TEST_CASE("a backend that is silent is down after fall intervals and one time-out")
{
    World world;
    world.want({{target(1), true}});
    world.run(1ms);
    world.peers.silent = true;
    world.run(6'998ms); // begun at 2, 4, 6 s; the last is given up at 7 s
    CHECK(world.changes.size() == 3);
    CHECK(world.last_state() == State::up);
    world.run(2ms);
    CHECK(world.last_state() == State::down);
    CHECK(world.last_reason() == "connect timed out (3 of 3)");
    CHECK(world.peers.under_way.empty());
}

TEST_CASE("what ended before its time-out was looked at counts as what it was")
{
    World world;
    world.peers.silent = true;
    world.want({{target(1), true}});
    world.run(1ms);
    REQUIRE(world.peers.under_way.size() == 1);
    world.peers.now += 10s; // the process was stopped
    world.checker.ended(world.peers.under_way.front(), {Outcome::Kind::answered, {}}, world.peers.now);
    (void)world.checker.step(world.peers.now);
    const auto changes = world.checker.take_changes();
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].verdict->state == State::up);
    CHECK(changes[0].verdict->reason.empty());
}

TEST_CASE("what fails on our side says nothing of the backend")
{
    World world;
    world.want({{target(1), true}, {target(2), false}});
    world.peers.outcome = {Outcome::Kind::not_tried, "Too many open files"};
    world.run(60s);
    REQUIRE(world.changes.size() == 2);
    for (const Change& change : world.changes) {
        CHECK(change.verdict->state == (change.target == target(1) ? State::up : State::waiting));
        CHECK(change.verdict->reason == "not checked: Too many open files");
    }
    world.peers.outcome = {Outcome::Kind::answered, {}};
    world.run(2s);
    CHECK(world.last_state() == State::up);
    CHECK(world.last_reason().empty());
}

TEST_CASE("targets come and go, and those that stay keep what is known of them")
{
    World world;
    world.want({{target(1), false}, {target(2), false}});
    world.run(10ms);
    CHECK(world.changes.size() == 2);
    world.peers.silent = true;
    world.run(2s);
    CHECK(world.peers.under_way.size() == 2);
    const std::uint64_t gone = world.peers.under_way.front();
    world.want({{target(2), false}, {target(3), false}});
    CHECK(world.peers.under_way.size() == 1);
    world.checker.ended(gone, {Outcome::Kind::failed, "late"}, world.peers.now); // nobody's any more
    world.peers.silent = false;
    world.run(10ms);
    REQUIRE(world.changes.size() == 4);
    CHECK(world.changes[2].target == target(1));
    CHECK_FALSE(world.changes[2].verdict);
    CHECK(world.changes[3].target == target(3));
    CHECK(world.last_state() == State::up);
}

TEST_CASE("thousands of checks begin spread, and jitter keeps them from coming together again")
{
    World world;
    Targets targets;
    for (unsigned i = 0; i < 5'000; ++i)
        targets.emplace(target(i, {1s, 500ms, 200ms, 2, 3}), false);
    world.want(targets);
    world.run(10s);
    std::map<std::int64_t, std::size_t> per_slot; // of 20 ms
    std::map<Target, TimePoint> last;
    for (const auto& [when, one] : world.peers.begun) {
        ++per_slot[std::chrono::duration_cast<std::chrono::milliseconds>(when.time_since_epoch()).count() / 20];
        if (const auto before = last.find(one); before != last.end()) {
            CHECK(when - before->second <= 1'001ms);
            CHECK(when - before->second >= 800ms);
        }
        last[one] = when;
    }
    CHECK(last.size() == 5'000);
    const auto busiest = std::max_element(per_slot.begin(), per_slot.end(),
                                          [](const auto& a, const auto& b) { return a.second < b.second; });
    CHECK(busiest->second < 250); // 111 on the average; once, where the first checks meet the second ones, twice that
}

} // namespace sluice::control::health
