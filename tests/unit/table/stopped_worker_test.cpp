// A worker stands still in the midst of a burst for five seconds, while ten thousand route changes are wanted and the
// other worker begins a million sessions that end at once. What waits for the one that stands is bounded, nothing that
// it holds is freed or used again, and when it goes on everything is as if it had never stood.
#include <catch2/catch.hpp>

#include <chrono>
#include <map>
#include <thread>

#include "dataplane/grace_periods.hpp"
#include "dataplane/programmer.hpp"
#include "pipelines/ageing.hpp"
#include "tests/unit/table/flows.hpp"
#include "tests/unit/table/programming.hpp"
#include "tests/unit/table/protocols.hpp"

namespace sluice {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto stand = 5s;
constexpr unsigned standing = 0, running = 1; // workers
constexpr unsigned routes = 200;
constexpr unsigned changes = 10'000;
constexpr std::uint32_t begins = 1'000'000;
constexpr std::uint32_t limit = 400'000; // sessions, of which a quarter is IPv6's
constexpr std::uint64_t hz = 1'000'000'000;
constexpr std::uint32_t held_flow = 5'000'000;

std::string prefix_of(unsigned route)
{
    return "20." + std::to_string(route / 250) + "." + std::to_string(route % 250) + ".0/24";
}

std::string gateway_of(unsigned choice)
{
    return "10.0.0." + std::to_string(1 + choice);
}

// Where the tables send a packet for the route.
std::string gateway_in(const table::Snapshot& tables, unsigned route)
{
    const auto address = Prefix::parse(prefix_of(route)).value().address.v4().value + 7;
    const table::Target target = tables.routes.find4(table::public_network, address);
    if (target == table::PrefixMap::none) return "none";
    return tables.adjacencies[tables.hops[tables.pick(target, 0)].index].gateway.text();
}

// What control does: it keeps what it wants, and sends the difference to what it knows to be programmed.
class Sender {
public:
    explicit Sender(dataplane::Programmer& to)
        : to_(to)
    {
    }

    void want(unsigned route, unsigned choice)
    {
        wanted_[route] = choice;
        changed_[route] = choice;
    }
    void send()
    {
        if (changed_.empty()) return;
        api::Transaction transaction;
        transaction.set_generation(generation_ + 1);
        for (const auto& [route, choice] : changed_)
            *transaction.add_upsert() = test::route_via(0, prefix_of(route), gateway_of(choice));
        const api::Reply reply = to_.program(transaction);
        if (reply.has_committed()) {
            ++committed;
            ++generation_;
            changed_.clear();
        } else {
            ++refused;
            answer = reply.failure().what();
        }
    }
    [[nodiscard]] bool is_done() const { return changed_.empty(); }
    [[nodiscard]] const std::map<unsigned, unsigned>& wanted() const { return wanted_; }

    unsigned committed = 0, refused = 0;
    std::string answer; // the last refusal

private:
    dataplane::Programmer& to_;
    std::map<unsigned, unsigned> wanted_, changed_;
    std::uint64_t generation_ = 1;
};

struct World {
    World()
        : model(test::two_interfaces(), 2, {})
        , first(model.initial())
        , published(2, *first)
        , grace(published.rcu())
        , programmer(model, published)
        , sessions(limit)
        , ageing(sessions, grace, hz)
    {
        // Idle flows end after a second instead of five minutes.
        api::Object fast = test::settings("10.0.0.100");
        fast.mutable_settings()->set_udp_s(1);
        api::Transaction transaction;
        transaction.set_generation(1);
        *transaction.add_upsert() = fast;
        REQUIRE(programmer.program(transaction).has_committed());
    }

    // The table server's thread: ten milliseconds of its time in one step.
    void keep_house()
    {
        now += hz / 100;
        programmer.settle();
        while (ageing.run(now, published.settled())) {
        }
    }

    auto& v4() { return sessions.of<V4>(); }
    table::Inserted begin(std::uint32_t number)
    {
        table::Pair<table::FlowKey4> pair = test::flow<table::FlowKey4>(number);
        pair.forward.key.protocol = pair.reverse.key.protocol = udp;
        pair.now = v4().tick(now);
        return test::insert(v4(), pair);
    }

    table::Model model;
    std::unique_ptr<const table::Snapshot> first;
    dataplane::Published published;
    dataplane::RcuGracePeriods grace;
    dataplane::Programmer programmer;
    translate::Sessions sessions;
    Ageing ageing;
    std::atomic<std::uint64_t> now{1'000 * hz};
    std::atomic<bool> go{false};
    std::atomic<bool> stop{false};
};

// Reads tables and a session, and stands still with both in its hands.
struct Standing {
    void run(World& world)
    {
        world.published.online(standing);
        const table::Snapshot& tables = world.published.read();
        const std::uint64_t generation = tables.generation;
        const std::string gateway = gateway_in(tables, 3);
        const auto key = key_of_held();
        const std::uint32_t entry = world.v4().find(key, world.v4().hash(key));
        holds.store(true);
        while (!world.go.load())
            std::this_thread::sleep_for(1ms);
        saw_the_same = tables.generation == generation && gateway_in(tables, 3) == gateway && entry != table::none &&
                       world.v4().entry(entry).key == key && world.v4().entry(entry ^ 1).new_source_port == mark &&
                       !world.v4().is_live(entry / 2);
        while (!world.stop.load())
            world.published.quiescent(standing);
        world.published.leave(standing);
    }

    static table::FlowKey4 key_of_held()
    {
        auto key = test::inside_key<table::FlowKey4>(held_flow);
        key.protocol = udp;
        return key;
    }

    static constexpr std::uint16_t mark = 4'711;
    std::atomic<bool> holds{false};
    bool saw_the_same = false;
};

// Begins a million sessions in the time in which the other stands, and sees generations go up only.
struct Running {
    void run(World& world)
    {
        world.published.online(running);
        std::uint64_t generation = 0;
        const auto start = Clock::now();
        while (!world.stop.load()) {
            const auto passed = std::chrono::duration<double>(Clock::now() - start) / stand;
            const auto due = static_cast<std::uint32_t>(std::min(1.0, passed) * begins);
            for (unsigned i = 0; i < 64 && begun + full + wrong < due; ++i)
                begin(world);
            tried = begun + full + wrong;
            const std::uint64_t seen = world.published.read().generation;
            if (seen < generation) ++wrong;
            generation = seen;
            world.published.quiescent(running);
        }
        world.published.leave(running);
    }

    void begin(World& world)
    {
        const table::Insert result = world.begin(begun + full + wrong).result;
        if (result == table::Insert::inserted)
            ++begun;
        else if (result == table::Insert::full)
            ++full;
        else
            ++wrong;
    }

    std::atomic<std::uint32_t> tried{0};
    std::uint32_t begun = 0, full = 0, wrong = 0;
};

// Both workers' threads: they end with it, also when something was wrong.
class BothWorkers {
public:
    BothWorkers(World& world, Standing& stander, Running& runner)
        : world_(world)
        , one_([&] { stander.run(world); })
        , two_([&] {
            while (!stander.holds.load())
                std::this_thread::yield();
            runner.run(world);
        })
    {
        while (!stander.holds.load())
            std::this_thread::yield();
    }
    BothWorkers(const BothWorkers&) = delete;
    BothWorkers& operator=(const BothWorkers&) = delete;
    ~BothWorkers()
    {
        world_.go = true;
        world_.stop = true;
        one_.join();
        two_.join();
    }

private:
    World& world_;
    std::thread one_, two_;
};

void keep_house_for(World& world, unsigned seconds)
{
    for (unsigned i = 0; i < 100 * seconds; ++i)
        world.keep_house();
}

// Ten thousand changes while the worker stands: the first is taken, all others refused, and what waits is bounded.
void change_meanwhile(World& world, Sender& sender)
{
    const auto start = Clock::now();
    const std::uint64_t kept = world.published.read().generation;
    for (unsigned change = 0; change < changes; ++change) {
        sender.want(change % routes, 1 + change / routes % 200);
        sender.send();
        world.keep_house();
        REQUIRE(world.published.settled().generation == kept);
        REQUIRE(sender.committed == 2);
        std::this_thread::sleep_until(start + stand * (change + 1) / changes);
    }
    CHECK(sender.refused == changes - 1);
    CHECK(sender.answer ==
          "worker 0 stands still and may still read the tables of generation " + std::to_string(kept) +
              ", which are kept for it; nothing more can be changed until it goes on, then send this again");
    const std::uint32_t ended = world.v4().high_water() - world.v4().size();
    CHECK(ended > Ageing::most_leaving / 2);
    CHECK(ended <= 2 * Ageing::most_leaving); // those that wait, and those that may wait after them
}

// The worker goes on, and all that was wanted meanwhile comes to pass.
void recover(World& world, Sender& sender, const Running& runner)
{
    world.go = true;
    while (!world.published.settle())
        std::this_thread::yield();
    for (const auto end = Clock::now() + 10s; Clock::now() < end && !sender.is_done();) {
        world.keep_house();
        sender.send();
    }
    while (runner.tried.load() < begins)
        world.keep_house();
    keep_house_for(world, 5);
}

} // namespace

TEST_CASE("a worker stands still for five seconds while tables and sessions change")
{
    World world;
    Sender sender(world.programmer);
    for (unsigned route = 0; route < routes; ++route)
        sender.want(route, 0);
    sender.send();
    REQUIRE(sender.is_done());
    REQUIRE(world.begin(held_flow).result == table::Insert::inserted);
    const auto held = Standing::key_of_held();
    const std::uint32_t entry = world.v4().find(held, world.v4().hash(held));
    world.v4().entry(entry ^ 1).new_source_port = Standing::mark; // known again, whoever has the same key

    Standing stander;
    Running runner;
    {
        const BothWorkers threads(world, stander, runner);
        change_meanwhile(world, sender);
        CHECK(world.v4().find(held, world.v4().hash(held)) == table::none); // ended, and still whole for who holds it
        recover(world, sender, runner);
    }
    keep_house_for(world, 5);

    CHECK(stander.saw_the_same);
    CHECK(runner.wrong == 0);
    CHECK(runner.full > 0);
    CHECK(runner.begun > world.v4().capacity() / 2);
    REQUIRE(sender.is_done());
    CHECK(sender.committed == 3); // all that was refused, as one difference
    CHECK(&world.published.settled() == &world.published.read());
    for (const auto& [route, choice] : sender.wanted())
        REQUIRE(gateway_in(world.published.read(), route) == gateway_of(choice));
    CHECK(world.v4().size() == 0);
    for (std::uint32_t i = 0; i < world.v4().capacity(); ++i) // no place was lost
        REQUIRE(world.begin(i).result == table::Insert::inserted);
    CHECK(world.begin(held_flow).result == table::Insert::full);
}

} // namespace sluice
