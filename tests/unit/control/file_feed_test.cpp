// A registry in a file: read, broken, gone, shrunk at once, and good again.
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include <poll.h>

#include "control/feeds/registry/file_feed.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sluice::control::registry {
namespace {

using namespace std::chrono_literals;

// A registry of one service whose backends are 10.1.0.1 and so on.
std::string listing(unsigned backends)
{
    std::string text = "version: 1\nservices:\n  order:" + std::string(backends == 0 ? " []\n" : "\n");
    for (unsigned i = 1; i <= backends; ++i)
        text += "    - {address: 10.1.0." + std::to_string(i) + ", port: 8443}\n";
    return text;
}

class FeedWorld {
public:
    explicit FeedWorld(std::optional<std::chrono::milliseconds> keep = std::nullopt)
    {
        settings.file = folder.file("registry.yaml");
        settings.keep_when_lost = keep;
    }
    void write(const std::string& text, const std::string& name = "registry.yaml") const
    {
        std::ofstream(folder.file(name)) << text;
    }
    void replace(const std::string& text) const // as a careful writer does
    {
        write(text, "registry.yaml.new");
        std::filesystem::rename(folder.file("registry.yaml.new"), folder.file("registry.yaml"));
    }
    [[nodiscard]] FileFeed feed() const
    {
        return {"shop", settings, [this] { return now; }};
    }

    test::TemporaryFolder folder;
    config::Registry settings;
    std::chrono::steady_clock::time_point now{1'000s};
};

std::size_t backends(const FileFeed& feed)
{
    return feed.services().value().at("order").size();
}

bool is_readable(const FileFeed& feed)
{
    pollfd ready{feed.descriptor(), POLLIN, 0};
    return ::poll(&ready, 1, 0) == 1;
}

} // namespace

SCENARIO("a file is read at once, and again when it changes")
{
    const FeedWorld world;
    world.write(listing(2));
    FileFeed feed = world.feed();
    CHECK(feed.status().name == "shop");
    CHECK(feed.status().kind == "file");
    CHECK(feed.status().state == FeedState::synchronised);
    CHECK(feed.status().entries == 2);
    CHECK(feed.services()->at("order")[1].address.text() == "10.1.0.2");
    CHECK_FALSE(feed.handle()); // nothing happened

    WHEN("it is written")
    {
        world.write(listing(3));
        CHECK(is_readable(feed));
        CHECK(feed.handle());
        CHECK(backends(feed) == 3);
        CHECK_FALSE(is_readable(feed));
    }
    WHEN("another file is renamed over it")
    {
        world.replace(listing(3));
        CHECK(feed.handle());
        CHECK(backends(feed) == 3);
    }
    WHEN("it is written as it was")
    {
        world.write(listing(2));
        CHECK_FALSE(feed.handle());
    }
    WHEN("another file in its folder changes")
    {
        world.write("whatever", "notes.txt");
        CHECK_FALSE(feed.handle());
    }
}

SCENARIO("what is wrong changes nothing, and says so")
{
    FeedWorld world;
    world.write(listing(2));
    FileFeed feed = world.feed();
    world.now += 60s;

    WHEN("the text is broken")
    {
        world.write(listing(2) + "    - {address: 10.1.0.300}\n");
        CHECK_FALSE(feed.handle());
        THEN("the last good set is held and the feed is stale since then")
        {
            CHECK(backends(feed) == 2);
            CHECK(feed.status().state == FeedState::stale);
            CHECK(feed.status().since == world.now);
            CHECK(feed.status().error == world.folder.file("registry.yaml") +
                                             ":6:17: services.order[2].address: '10.1.0.300' is not an address; write "
                                             "it as 10.1.0.31 or 2001:db8::31");
        }
        THEN("a good text mends it")
        {
            world.write(listing(3));
            CHECK(feed.handle());
            CHECK(feed.status().state == FeedState::synchronised);
            CHECK(feed.status().error.empty());
        }
        THEN("the text it had before mends it too, and changes nothing")
        {
            world.write(listing(2));
            CHECK_FALSE(feed.handle());
            CHECK(feed.status().state == FeedState::synchronised);
        }
    }
    WHEN("the file goes")
    {
        std::filesystem::remove(world.folder.file("registry.yaml"));
        CHECK_FALSE(feed.handle());
        CHECK(backends(feed) == 2);
        CHECK(feed.status().state == FeedState::stale);
        world.write(listing(1));
        CHECK(feed.handle());
        CHECK(backends(feed) == 1);
    }
    WHEN("its whole folder is replaced")
    {
        std::filesystem::remove_all(world.folder.path());
        CHECK_FALSE(feed.handle());
        CHECK(feed.status().state == FeedState::stale);
        std::filesystem::create_directory(world.folder.path());
        world.write(listing(4));
        CHECK(feed.handle());
        CHECK(backends(feed) == 4);
        world.write(listing(5));
        CHECK(feed.handle()); // and it is watched again
    }
}

TEST_CASE("a file that could never be read says nothing about backends")
{
    const FeedWorld world;
    FileFeed feed = world.feed();
    CHECK(feed.status().state == FeedState::error);
    CHECK_FALSE(feed.services());
    world.write("services: [");
    CHECK_FALSE(feed.handle());
    CHECK_FALSE(feed.services());
    world.write(listing(0));
    CHECK(feed.handle());
    CHECK(backends(feed) == 0);
    CHECK(feed.status().state == FeedState::synchronised);
}

SCENARIO("the loss of most endpoints at once is held back until somebody says that it is meant")
{
    FeedWorld world(10s);
    world.settings.confirm_after.reset();
    world.write(listing(20));
    FileFeed feed = world.feed();

    WHEN("most are gone")
    {
        world.write(listing(9));
        CHECK_FALSE(feed.handle());
        CHECK(backends(feed) == 20);
        CHECK(feed.status().state == FeedState::stale);
        CHECK(feed.status().error == "only 9 of 20 endpoints are left; held back until 'sluicectl apply' or SIGHUP "
                                     "confirms it");
        THEN("it waits as long as it takes, keep-when-lost is for sources that cannot be read")
        {
            world.now += 1h;
            CHECK_FALSE(feed.handle());
            CHECK(backends(feed) == 20);
        }
        THEN("confirming it lets them go, once")
        {
            CHECK(feed.confirm());
            CHECK(backends(feed) == 9);
            CHECK(feed.status().state == FeedState::synchronised);
            CHECK_FALSE(feed.confirm());
            world.write(listing(1));
            CHECK_FALSE(feed.handle()); // the next loss is a question of its own
        }
        THEN("enough of them coming back mends it")
        {
            world.write(listing(10));
            CHECK(feed.handle());
            CHECK(backends(feed) == 10);
        }
        THEN("a file that becomes unreadable meanwhile has its whole time from then on")
        {
            world.now += 1h;
            world.write("broken: [");
            CHECK_FALSE(feed.handle());
            CHECK(backends(feed) == 20);
            world.now += 10s;
            CHECK(feed.handle());
            CHECK(feed.services()->empty());
        }
    }
    WHEN("half are gone, or a few of few")
    {
        world.write(listing(10));
        CHECK(feed.handle());
        world.now += 11s;
        world.write(listing(7));
        CHECK(feed.handle());
        world.now += 11s;
        world.write(listing(1));
        CHECK(feed.handle());
    }
    WHEN("half are gone, and soon after some more")
    {
        world.write(listing(10));
        CHECK(feed.handle());
        world.now += 9s;
        world.write(listing(9));
        CHECK_FALSE(feed.handle());
        CHECK(backends(feed) == 10);
    }
}

SCENARIO("a loss that is read a second time is believed")
{
    FeedWorld world;
    world.write(listing(20));
    FileFeed feed = world.feed();
    world.write(listing(9));
    CHECK_FALSE(feed.handle());
    CHECK(feed.status().error ==
          "only 9 of 20 endpoints are left; held back until 30s and a second reading, or 'sluicectl "
          "apply' or SIGHUP confirms it");
    world.now += 29'999ms;
    CHECK_FALSE(feed.handle());
    CHECK(backends(feed) == 20);
    WHEN("30 s have passed")
    {
        world.now += 1ms;
        CHECK(feed.handle());
        CHECK(backends(feed) == 9);
        CHECK(feed.status().state == FeedState::synchronised);
    }
    WHEN("the file cannot be read then")
    {
        world.write("broken: [");
        CHECK_FALSE(feed.handle());
        world.now += 1ms;
        CHECK_FALSE(feed.handle());
        CHECK(backends(feed) == 20);
        THEN("the loss waits anew when it can be read again")
        {
            world.write(listing(9));
            CHECK_FALSE(feed.handle());
            CHECK(backends(feed) == 20);
        }
    }
}

SCENARIO("the share of a sudden loss is the operator's")
{
    FeedWorld world;
    world.settings.sudden_loss = 20;
    world.write(listing(20));
    FileFeed feed = world.feed();
    world.write(listing(15));
    CHECK_FALSE(feed.handle());
    CHECK(backends(feed) == 20);
    world.write(listing(16));
    CHECK(feed.handle());
    CHECK(backends(feed) == 16);
}

SCENARIO("what cannot be read counts for as long as keep-when-lost says")
{
    FeedWorld world(10s);
    world.write(listing(20));
    FileFeed feed = world.feed();
    std::filesystem::remove(world.folder.file("registry.yaml"));
    CHECK_FALSE(feed.handle());
    world.now += 9'999ms;
    CHECK_FALSE(feed.handle());
    CHECK(backends(feed) == 20);
    world.now += 1ms;
    CHECK(feed.handle());
    REQUIRE(feed.services());
    CHECK(feed.services()->empty());
    CHECK(feed.status().entries == 0);
    CHECK(feed.status().state == FeedState::stale);
    CHECK_FALSE(feed.handle());

    THEN("the same text is taken again when it is back")
    {
        world.write(listing(20));
        CHECK(feed.handle());
        CHECK(backends(feed) == 20);
        CHECK(feed.status().state == FeedState::synchronised);
    }
}

} // namespace sluice::control::registry
