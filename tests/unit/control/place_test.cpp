// The thread that registries are connected from.
#include <catch2/catch.hpp>

#include <algorithm>
#include <future>

#include <sys/capability.h>

#include "control/feeds/registry/place.hpp"

namespace sluice::control::registry {

TEST_CASE("a place does what it is given in order, in one thread that has no rights, and all before it goes")
{
    std::vector<int> done;
    std::promise<std::thread::id> thread;
    bool has_rights = true;
    {
        const auto place = Place::start([] { return Result<void>{}; }).value();
        place->run([&] { thread.set_value(std::this_thread::get_id()); });
        CHECK(thread.get_future().get() != std::this_thread::get_id());
        place->run([&] {
            const cap_t rights = cap_get_proc();
            cap_flag_value_t value = CAP_SET;
            cap_get_flag(rights, CAP_NET_ADMIN, CAP_PERMITTED, &value);
            has_rights = value == CAP_SET;
            cap_free(rights);
        });
        for (int i = 0; i < 100; ++i)
            place->run([&done, i] { done.push_back(i); });
    }
    CHECK_FALSE(has_rights);
    REQUIRE(done.size() == 100);
    CHECK(std::is_sorted(done.begin(), done.end()));
}

TEST_CASE("a place that cannot be entered says why")
{
    const auto place = Place::start([] { return Result<void>(fail("node.netns", "is not there")); });
    REQUIRE_FALSE(place);
    CHECK(place.error().text() == "node.netns: is not there");
}

} // namespace sluice::control::registry
