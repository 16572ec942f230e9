// The pointer to the published tables: the old ones are freed when no worker can see them any more, and not before.
// Needs neither EAL nor huge pages.
#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <thread>

#include "dataplane/grace_periods.hpp"
#include "dataplane/published.hpp"

namespace sluice::dataplane {
namespace {

std::unique_ptr<table::Snapshot> tables(std::uint64_t generation)
{
    auto result = std::make_unique<table::Snapshot>();
    result->generation = generation;
    return result;
}

} // namespace

TEST_CASE("a grace period passes when every online worker has been quiescent since")
{
    const auto first = tables(0);
    Published published(2, *first);
    RcuGracePeriods grace(published.rcu());
    CHECK(grace.passed(grace.start())); // nobody looks

    published.online(0);
    published.online(1);
    const std::uint64_t token = grace.start();
    CHECK_FALSE(grace.passed(token));
    published.quiescent(0);
    CHECK_FALSE(grace.passed(token));
    published.quiescent(0); // the same one again says nothing about the other
    CHECK_FALSE(grace.passed(token));
    published.quiescent(1);
    CHECK(grace.passed(token));
    CHECK_FALSE(grace.passed(grace.start()));
    published.leave(0);
    published.leave(1);
}

TEST_CASE("a sleeping worker holds nobody up")
{
    const auto first = tables(0);
    Published published(1, *first);
    RcuGracePeriods grace(published.rcu());
    published.online(0);
    const std::uint64_t token = grace.start();
    published.offline(0);
    CHECK(grace.passed(token));
    published.replace(tables(1)); // returns, though the worker sleeps
    published.online(0);
    CHECK(published.read().generation == 1);
    published.leave(0);
}

TEST_CASE("tables are replaced for everybody, and the old ones live until the last reader has let go")
{
    const auto first = tables(0);
    Published published(1, *first);
    published.replace(tables(1));
    std::atomic<bool> reading = false, replaced = false, kept = true;
    std::thread worker([&] {
        published.online(0);
        const table::Snapshot& held = published.read();
        reading = true;
        const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
        while (std::chrono::steady_clock::now() < until)
            if (replaced || held.generation != 1) kept = false;
        published.quiescent(0);
        while (published.read().generation != 2)
            published.quiescent(0);
        published.leave(0);
    });
    while (!reading)
        std::this_thread::yield();
    published.replace(tables(2));
    replaced = true;
    worker.join();
    CHECK(kept);
}

} // namespace sluice::dataplane
