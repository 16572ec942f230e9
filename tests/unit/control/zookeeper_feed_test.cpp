// The feed's states against a client that answers what the test says: connected, changed, lost, expired, and lies.
#include <catch2/catch.hpp>

#include <algorithm>

#include "control/feeds/registry/zookeeper_feed.hpp"

namespace sluice::control::registry {
namespace {

using namespace std::chrono_literals;
using Kind = ZookeeperEvent::Kind;
using Answer = ZookeeperEvent::Answer;

constexpr auto bar = "/dubbo/com.foo.Bar/providers";
constexpr auto baz = "/dubbo/com.foo.Baz/providers";

class FakeClient final : public ZookeeperClient {
public:
    [[nodiscard]] int descriptor() const override { return -1; }
    [[nodiscard]] std::vector<ZookeeperEvent> take() override { return std::exchange(events, {}); }
    void list(const std::string& path) override { asked.push_back("list " + path); }
    void await(const std::string& path) override { asked.push_back("await " + path); }
    void renew() override { asked.emplace_back("renew"); }

    std::vector<ZookeeperEvent> events;
    std::vector<std::string> asked;
};

// Providers 10.0.0.1 and so on.
std::vector<std::string> names(unsigned count)
{
    std::vector<std::string> out;
    for (unsigned i = 1; i <= count; ++i)
        out.push_back("dubbo%3A%2F%2F10.0.0." + std::to_string(i) + "%3A20880");
    return out;
}

class World {
public:
    explicit World(Names services = {"com.foo.Bar"})
    {
        settings.zookeeper = {"zk1:2181"};
        ask(std::move(services));
    }

    void ask(Names services)
    {
        asked = std::make_shared<const Names>(std::move(services));
        if (feed) feed->ask(asked);
    }
    void start()
    {
        auto owned = std::make_unique<FakeClient>();
        client = owned.get();
        feed.emplace("dubbo", settings, std::move(owned), [this] { return now; });
        feed->ask(asked);
    }
    bool say(Kind kind, const std::string& path = "", Answer answer = Answer::fine,
             std::vector<std::string> children = {})
    {
        const bool failed = answer == Answer::failed || kind == Kind::lost || kind == Kind::expired;
        client->events.push_back({kind, path, answer, std::move(children), failed ? "no luck" : ""});
        return feed->handle();
    }
    bool children(const std::string& path, unsigned count)
    {
        return say(Kind::children, path, Answer::fine, names(count));
    }
    std::vector<std::string> asked_now() { return std::exchange(client->asked, {}); }
    [[nodiscard]] std::size_t backends(const std::string& name = "com.foo.Bar") const
    {
        return feed->services().value().at(name).size();
    }
    [[nodiscard]] std::string state() const { return text(feed->status().state); }
    [[nodiscard]] std::string error() const { return feed->status().error; }

    config::Registry settings;
    std::chrono::steady_clock::time_point now{1'000s};
    std::shared_ptr<const Names> asked;
    FakeClient* client = nullptr;
    std::optional<ZookeeperFeed> feed;
};

using Asked = std::vector<std::string>;

// Connected, with so many providers of com.foo.Bar.
void settle(World& world, unsigned count)
{
    world.start();
    (void)world.say(Kind::connected);
    (void)world.children(bar, count);
    REQUIRE(world.state() == "synchronised");
    (void)world.asked_now();
}

} // namespace

SCENARIO("a feed reads what services ask for once it is connected")
{
    World world({"com.foo.Bar", "com.foo.Baz"});
    world.start();
    CHECK(world.state() == "error");
    CHECK(world.error() == "zk1:2181: not connected yet");
    CHECK_FALSE(world.feed->services());
    CHECK(world.asked_now().empty());
    CHECK_FALSE(world.say(Kind::connected));
    CHECK(world.asked_now() == Asked{std::string("list ") + bar, std::string("list ") + baz});
    CHECK_FALSE(world.children(bar, 2)); // the other one may have any number
    CHECK(world.feed->unread() == Names{"com.foo.Baz"});
    CHECK(world.children(baz, 1));
    CHECK(world.state() == "synchronised");
    CHECK(world.backends("com.foo.Bar") == 2);
    CHECK(world.backends("com.foo.Baz") == 1);
    CHECK(world.feed->status().entries == 3);
    CHECK(world.feed->unread().empty());

    WHEN("a folder changes")
    {
        CHECK_FALSE(world.say(Kind::changed, bar));
        CHECK(world.asked_now() == Asked{std::string("list ") + bar});
        THEN("it is read again, with a new watch")
        {
            CHECK(world.children(bar, 3));
            CHECK(world.backends() == 3);
        }
        THEN("a change while the answer is on its way is read after it")
        {
            CHECK_FALSE(world.say(Kind::changed, bar));
            CHECK(world.asked_now().empty());
            CHECK(world.children(bar, 3));
            CHECK(world.asked_now() == Asked{std::string("list ") + bar});
            CHECK(world.children(bar, 4));
        }
        THEN("the same again is no change")
        {
            CHECK_FALSE(world.children(bar, 2));
        }
    }
    WHEN("another service is asked for")
    {
        const auto before = world.asked;
        world.ask({"com.foo.Bar", "blue/com.foo.Qux:1.0"});
        CHECK(world.asked_now() == Asked{"list /dubbo/com.foo.Qux/providers"});
        CHECK(world.feed->unread() == Names{"blue/com.foo.Qux:1.0"});
        CHECK(world.backends("com.foo.Baz") == 1); // who asked before still does
        CHECK(world.say(Kind::children, "/dubbo/com.foo.Qux/providers"));
        CHECK(world.backends("blue/com.foo.Qux:1.0") == 0);
    }
    WHEN("nobody asks for a service any more")
    {
        world.ask({"com.foo.Baz"});
        (void)world.feed->handle();
        CHECK_FALSE(world.feed->services()->contains("com.foo.Bar"));
        CHECK(world.feed->status().entries == 1);
        CHECK(world.state() == "synchronised");
        CHECK_FALSE(world.say(Kind::changed, bar));
        CHECK(world.asked_now().empty());
    }
}

SCENARIO("a lost connection takes nothing away")
{
    World world;
    settle(world, 3);
    CHECK_FALSE(world.say(Kind::lost));
    CHECK(world.state() == "stale");
    CHECK(world.error() == "zk1:2181: no luck");
    CHECK(world.backends() == 3);

    WHEN("answers of the old connection come late, or empty")
    {
        CHECK_FALSE(world.say(Kind::children, bar));
        CHECK_FALSE(world.say(Kind::children, bar, Answer::failed));
        CHECK_FALSE(world.say(Kind::changed, bar));
        CHECK(world.backends() == 3);
        CHECK(world.asked_now().empty());
    }
    WHEN("its server does not come back within a second")
    {
        world.now += 1s;
        CHECK_FALSE(world.feed->handle());
        CHECK(world.asked_now() == Asked{"renew"}); // with the next one
        CHECK_FALSE(world.say(Kind::connected));
        CHECK(world.asked_now() == Asked{std::string("list ") + bar});
        world.now += 10s;
        CHECK_FALSE(world.feed->handle());
        CHECK(world.asked_now().empty());
    }
    WHEN("it is there again")
    {
        CHECK_FALSE(world.say(Kind::connected));
        CHECK(world.state() == "stale"); // until it has been read again
        CHECK(world.asked_now() == Asked{std::string("list ") + bar});
        CHECK(world.children(bar, 2));
        CHECK(world.state() == "synchronised");
        CHECK(world.backends() == 2);
    }
    WHEN("the session is over")
    {
        CHECK_FALSE(world.say(Kind::expired));
        CHECK(world.asked_now() == Asked{"renew"});
        CHECK(world.backends() == 3);
        THEN("the second time is later, the next ones later still")
        {
            CHECK_FALSE(world.say(Kind::expired));
            CHECK(world.asked_now().empty());
            for (const auto wait : {2s, 4s, 5s, 5s}) {
                world.now += wait - 1ms;
                (void)world.feed->handle();
                CHECK(world.asked_now().empty());
                world.now += 1ms;
                (void)world.feed->handle();
                CHECK(world.asked_now() == Asked{"renew"});
            }
        }
        THEN("another one begins as the first did")
        {
            CHECK_FALSE(world.say(Kind::connected));
            CHECK(world.asked_now() == Asked{std::string("list ") + bar});
            CHECK(world.children(bar, 4));
            CHECK(world.state() == "synchronised");
        }
    }
}

SCENARIO("keep-when-lost ends what is held")
{
    World world;
    world.settings.keep_when_lost = 10s;
    settle(world, 3);
    (void)world.say(Kind::lost);
    world.now += 9'999ms;
    CHECK_FALSE(world.feed->handle());
    CHECK(world.backends() == 3);
    world.now += 1ms;
    CHECK(world.feed->handle());
    CHECK(world.feed->services()->empty());
    (void)world.say(Kind::connected);
    CHECK(world.children(bar, 3)); // the same as before, and new
    CHECK(world.backends() == 3);
}

SCENARIO("a folder that is not there is awaited")
{
    World world;
    world.start();
    (void)world.say(Kind::connected);
    (void)world.asked_now();
    CHECK(world.say(Kind::children, bar, Answer::no_node));
    CHECK(world.backends() == 0);
    CHECK(world.state() == "synchronised");
    CHECK(world.asked_now() == Asked{std::string("await ") + bar});

    WHEN("it does not exist yet")
    {
        CHECK_FALSE(world.say(Kind::exists, bar, Answer::no_node));
        CHECK(world.asked_now().empty());
        CHECK_FALSE(world.say(Kind::changed, bar));
        CHECK(world.asked_now() == Asked{std::string("list ") + bar});
    }
    WHEN("it was made meanwhile")
    {
        CHECK_FALSE(world.say(Kind::exists, bar));
        CHECK(world.asked_now() == Asked{std::string("list ") + bar});
        CHECK(world.children(bar, 1));
    }
}

SCENARIO("a folder that vanishes is a loss to be confirmed, however few were in it")
{
    World world;
    settle(world, 2);
    CHECK_FALSE(world.say(Kind::children, bar, Answer::no_node));
    CHECK(world.backends() == 2);
    CHECK(world.state() == "stale");
    CHECK(world.error() ==
          "only 0 of 2 endpoints are left; held back until 30s and a second reading, or 'sluicectl apply' "
          "or SIGHUP confirms it");
    (void)world.asked_now();
    WHEN("it is there again")
    {
        CHECK_FALSE(world.children(bar, 2));
        CHECK(world.state() == "synchronised");
        CHECK(world.children(bar, 1)); // in the ordinary way a provider may go
    }
    WHEN("an operator says that it is meant")
    {
        CHECK(world.feed->confirm());
        CHECK(world.backends() == 0);
        CHECK(world.state() == "synchronised");
    }
}

SCENARIO("a sudden loss is believed when a second reading says the same")
{
    World world;
    settle(world, 10);
    CHECK_FALSE(world.children(bar, 3));
    CHECK(world.backends() == 10);
    CHECK(world.state() == "stale");
    world.now += 30s;
    CHECK_FALSE(world.feed->handle());
    CHECK(world.asked_now() == Asked{std::string("list ") + bar});
    CHECK(world.backends() == 10);

    WHEN("it says the same")
    {
        CHECK(world.children(bar, 3));
        CHECK(world.backends() == 3);
        CHECK(world.state() == "synchronised");
    }
    WHEN("it says otherwise")
    {
        CHECK(world.children(bar, 9));
        CHECK(world.backends() == 9);
    }
    WHEN("the connection is lost before it answers")
    {
        CHECK_FALSE(world.say(Kind::lost));
        CHECK_FALSE(world.say(Kind::connected));
        CHECK_FALSE(world.children(bar, 3)); // a first reading again
        CHECK(world.backends() == 10);
        CHECK(world.state() == "stale");
    }
}

SCENARIO("losses one by one within seconds are one loss")
{
    World world;
    settle(world, 10);
    for (unsigned left = 9; left >= 5; --left)
        CHECK(world.children(bar, left));
    CHECK_FALSE(world.children(bar, 4));
    CHECK(world.backends() == 5);
}

SCENARIO("one folder that cannot be read leaves the others alone")
{
    World world({"com.foo.Bar", "com.foo.Baz"});
    world.start();
    (void)world.say(Kind::connected);
    (void)world.children(bar, 2);
    CHECK(world.say(Kind::children, baz, Answer::failed));
    CHECK(world.backends() == 2);
    CHECK(world.feed->unread() == Names{"com.foo.Baz"});
    CHECK(world.state() == "stale");
    CHECK(world.error() == std::string(baz) + ": no luck");
    (void)world.asked_now();
    CHECK(world.say(Kind::changed, bar) == false);
    CHECK(world.children(bar, 3));
    (void)world.asked_now();
    world.now += 1s;
    CHECK_FALSE(world.feed->handle());
    CHECK(world.asked_now() == Asked{std::string("list ") + baz}); // asked again each second
    CHECK(world.children(baz, 1));
    CHECK(world.state() == "synchronised");
    CHECK(world.feed->unread().empty());
}

SCENARIO("garbage among the providers is skipped, counted and shown")
{
    World world;
    settle(world, 2);
    auto listed = names(2);
    listed.insert(listed.end(), {"garbage", std::string(100'000, '%')});
    CHECK_FALSE(world.say(Kind::children, bar, Answer::fine, listed));
    CHECK(world.backends() == 2);
    CHECK(world.state() == "synchronised");
    CHECK(world.feed->status().skipped == 2);
    CHECK(world.feed->status().first_skipped.starts_with("com.foo.Bar: the name '%%%"));
    CHECK_FALSE(world.children(bar, 2));
    CHECK(world.feed->status().skipped == 0);
    CHECK(world.feed->status().first_skipped.empty());
}

} // namespace sluice::control::registry
