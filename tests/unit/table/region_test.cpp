// The region of a session table: another process finds every session in it, and undoes what a killed one left half
// done.
#include <catch2/catch.hpp>

#include <csignal>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/table/flows.hpp"

namespace sluice::table {

// The steps of insert(), to die between them. The forward key's home stays locked.
struct HalfMade {
    template<class Key>
    static void die_in(SessionTable<Key>& table, std::uint32_t flow, unsigned steps)
    {
        const Pair<Key> content = test::flow<Key>(flow);
        PairReserve own;
        const std::uint32_t pair = table.take_pair(own);
        table.fill(pair, content);
        if (steps > 0) static_cast<void>(table.publish_entry(2 * pair + 1, table.hash(content.reverse.key)));
        if (steps > 1) static_cast<void>(table.publish_entry(2 * pair, table.hash(content.forward.key)));
        const auto at = table.chain(table.hash(content.forward.key));
        static_cast<void>(table.buckets_[at.home].lock.try_lock(table.region_.epoch()));
        if (steps == 1) { // in the middle of a slot: the entry stands in it, its tag does not
            table.buckets_[at.home].entries_plus_1[7].store(2 * pair + 1);
        }
        ::kill(::getpid(), SIGKILL);
    }

    template<class Key>
    static unsigned locks_held(const SessionTable<Key>& table)
    {
        unsigned held = 0;
        for (std::size_t i = 0; i < table.buckets_.size(); ++i)
            held += table.buckets_[i].lock.owner() != 0 ? 1U : 0U;
        return held;
    }
};

namespace {

using test::fixed_hasher;
using test::flow;
using test::insert;
using test::inside_key;
using test::outside_key;
using test::release;

// A second process; its status as waitpid() tells it.
template<class Work>
int in_child(Work&& work)
{
    const pid_t child = ::fork();
    if (child == 0) {
        work();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
}

template<class Key>
bool finds_all(const SessionTable<Key>& table, std::uint32_t flows)
{
    for (std::uint32_t i = 0; i < flows; ++i) {
        const std::uint32_t entry = table.find(inside_key<Key>(i), table.hash(inside_key<Key>(i)));
        if (entry == none || table.cold(entry).lease != i || table.entry(entry).last_seen != 5) return false;
        if (table.find(outside_key<Key>(i), table.hash(outside_key<Key>(i))) != (entry ^ 1)) return false;
    }
    return table.size() == flows;
}

void expect_refusal(int descriptor, const std::string& reason)
{
    const auto refused = SessionTable<FlowKey4>::attach(descriptor);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().text().find(reason) != std::string::npos);
}

} // namespace

TEMPLATE_TEST_CASE("a second process finds every session, and what it makes is found by the first", "", FlowKey4,
                   FlowKey6)
{
    constexpr std::uint32_t flows = 20'000;
    SessionTable<TestType> table(flows + 2, Hasher::random());
    for (std::uint32_t i = 0; i < flows; ++i)
        REQUIRE(insert(table, flow<TestType>(i)).result == Insert::inserted);
    const int status = in_child([&] {
        const auto other = SessionTable<TestType>::attach(table.descriptor());
        if (!other) ::_exit(1);
        if (&(*other)->entry(0) == &table.entry(0) || !finds_all(**other, flows)) ::_exit(2);
        if (insert(**other, flow<TestType>(flows)).result != Insert::inserted) ::_exit(3);
    });
    CHECK(status == 0);
    CHECK(finds_all(table, flows + 1));
    CHECK(insert(table, flow<TestType>(flows + 1)).result == Insert::inserted);
}

TEST_CASE("a lock whose owner was killed in the middle of an insert is broken, and the insert undone")
{
    constexpr std::uint32_t flows = 200;
    for (const unsigned steps : {0U, 1U, 2U}) {
        CAPTURE(steps);
        SessionTable<FlowKey4> table(flows + 1, fixed_hasher());
        for (std::uint32_t i = 0; i < flows; ++i)
            REQUIRE(insert(table, flow<FlowKey4>(i)).result == Insert::inserted);
        const int status = in_child([&] {
            const auto other = SessionTable<FlowKey4>::attach(table.descriptor());
            HalfMade::die_in(**other, flows, steps);
        });
        REQUIRE(WIFSIGNALED(status));
        REQUIRE(HalfMade::locks_held(table) == 1);

        CHECK(finds_all(table, flows)); // readers take no lock
        const FlowKey4 key = inside_key<FlowKey4>(flows);
        CHECK(table.find_locked(key, table.hash(key)) == none); // waits, notices, repairs
        CHECK(HalfMade::locks_held(table) == 0);
        CHECK(table.find(outside_key<FlowKey4>(flows), table.hash(outside_key<FlowKey4>(flows))) == none);
        CHECK(insert(table, flow<FlowKey4>(flows)).result == Insert::full); // its pair waits for a grace period
        unsigned undone = 0;
        table.take_undone([&](std::uint32_t pair) {
            ++undone;
            CHECK_FALSE(table.has_ended(pair));
            release(table, pair);
        });
        CHECK(undone == 1);
        CHECK(insert(table, flow<FlowKey4>(flows)).result == Insert::inserted);
        CHECK(finds_all(table, flows + 1));
    }
}

TEST_CASE("a new process takes over the region of one that was killed")
{
    constexpr std::uint32_t flows = 1'000;
    std::array<int, 2> told{};
    REQUIRE(::pipe(told.data()) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        SessionTable<FlowKey4> own(flows + 3, Hasher::random());
        for (std::uint32_t i = 0; i < flows + 2; ++i)
            static_cast<void>(insert(own, flow<FlowKey4>(i)));
        static_cast<void>(own.unlink(own.find(inside_key<FlowKey4>(flows), own.hash(inside_key<FlowKey4>(flows))) / 2));
        static_cast<void>(
            own.leave(own.find(inside_key<FlowKey4>(flows + 1), own.hash(inside_key<FlowKey4>(flows + 1))) / 2));
        const int descriptor = own.descriptor();
        static_cast<void>(!::write(told[1], &descriptor, sizeof descriptor));
        ::raise(SIGSTOP);
        HalfMade::die_in(own, flows + 2, 2);
    }
    int descriptor = -1;
    REQUIRE(::read(told[0], &descriptor, sizeof descriptor) == sizeof descriptor);
    int status = 0;
    ::waitpid(child, &status, WUNTRACED);
    // As the control process keeps it: another descriptor of the same memory.
    const int kept =
        ::open(("/proc/" + std::to_string(child) + "/fd/" + std::to_string(descriptor)).c_str(), O_RDWR | O_CLOEXEC);
    REQUIRE(kept >= 0);
    ::kill(child, SIGCONT);
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    REQUIRE(WTERMSIG(status) == SIGKILL);

    const auto table = SessionTable<FlowKey4>::attach(kept);
    REQUIRE(table);
    CHECK(HalfMade::locks_held(**table) == 0);
    CHECK(finds_all(**table, flows));
    std::vector<std::uint32_t> ended;
    unsigned undone = 0;
    (*table)->take_undone([&](std::uint32_t pair) {
        if ((*table)->has_ended(pair))
            ended.push_back((*table)->cold(2 * pair).lease); // its port is to be given back
        else
            ++undone;
        release(**table, pair);
    });
    CHECK(undone == 1);
    CHECK(ended.size() == 2);
    for (std::uint32_t i = flows; i < flows + 3; ++i)
        CHECK(insert(**table, flow<FlowKey4>(i)).result == Insert::inserted);
    CHECK(finds_all(**table, flows + 3));
    for (const int open : {kept, told[0], told[1]})
        ::close(open);
}

TEST_CASE("pairs that a process had at hand at its end are free again for the one that takes over")
{
    constexpr std::uint32_t pairs = 100;
    int kept = -1;
    {
        SessionTable<FlowKey4> table(pairs, fixed_hasher());
        kept = ::fcntl(table.descriptor(), F_DUPFD_CLOEXEC, 0);
        PairReserve own; // is never given up
        for (std::uint32_t i = 0; i < 20; ++i)
            REQUIRE(table.insert(flow<FlowKey4>(i), own).result == Insert::inserted);
        for (std::uint32_t i = 0; i < 10; ++i) {
            const std::uint32_t pair = table.find(inside_key<FlowKey4>(i), table.hash(inside_key<FlowKey4>(i))) / 2;
            REQUIRE(table.unlink(pair));
            release(table, pair);
        }
        table.stock(own, PairReserve::most_wanted);
    }
    const auto table = SessionTable<FlowKey4>::attach(kept);
    REQUIRE(table);
    CHECK((*table)->size() == 10);
    for (std::uint32_t i = 0; i < pairs - 10; ++i)
        REQUIRE(insert(**table, flow<FlowKey4>(1'000 + i)).result == Insert::inserted);
    CHECK(insert(**table, flow<FlowKey4>(999)).result == Insert::full);
    ::close(kept);
}

TEST_CASE("what is no region of this kind is refused in a sentence")
{
    SessionTable<FlowKey4> good(64, fixed_hasher());
    expect_refusal(-1, "Bad file descriptor");
    const int strange = ::memfd_create("strange", MFD_CLOEXEC);
    expect_refusal(strange, "is no session region");
    REQUIRE(::ftruncate(strange, 1 << 21) == 0);
    expect_refusal(strange, "is no session region");

    std::vector<char> bytes(1 << 21);
    const auto spoiled = [&](auto&& spoil) {
        REQUIRE(::pread(good.descriptor(), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
        spoil(*reinterpret_cast<RegionHeader*>(bytes.data()));
        REQUIRE(::pwrite(strange, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
        return strange;
    };
    expect_refusal(spoiled([](RegionHeader& header) { ++header.version; }),
                   "layout version " + std::to_string(RegionHeader::current_version + 1));
    expect_refusal(spoiled([](RegionHeader& header) { header.entries_at += 4'096; }), "sections");
    expect_refusal(spoiled([](RegionHeader& header) { header.layout.pairs *= 100'000; }), "sections");
    expect_refusal(spoiled([](RegionHeader& header) { header.layout.key_bytes = 48; }), "other sizes");
    CHECK(SessionTable<FlowKey4>::attach(spoiled([](RegionHeader&) {})));
    REQUIRE(::ftruncate(strange, 1 << 20) == 0);
    expect_refusal(strange, "cut short");
    CHECK_FALSE(SessionTable<FlowKey6>::attach(good.descriptor()));
    ::close(strange);
}

} // namespace sluice::table
