// Processes that really end.
#include <catch2/catch.hpp>

#include <csignal>
#include <fstream>

#include <sys/wait.h>
#include <unistd.h>

#include "control/bgp/child.hpp"
#include "control/bgp/daemon_watch.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sluice::control::bgp {
namespace {

using Clock = DaemonWatch::Clock;

class Sleeper {
public:
    Sleeper()
        : pid_(::fork())
    {
        if (pid_ == 0) {
            ::execl("/bin/sleep", "sleep", "60", nullptr);
            ::_exit(1);
        }
    }
    ~Sleeper() { kill(); }
    void kill()
    {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }
    [[nodiscard]] pid_t pid() const { return pid_; }

private:
    pid_t pid_;
};

} // namespace

SCENARIO("a routing daemon's death is seen, and its return")
{
    const test::TemporaryFolder folder;
    const std::string file = folder.file("bgpd.pid");
    const Clock::time_point start{};
    DaemonWatch watch;
    CHECK_FALSE(watch.gone_since()); // nobody is watched

    Sleeper first;
    std::ofstream(file) << first.pid() << "\n";
    watch.watch({file}, start);
    CHECK_FALSE(watch.gone_since());
    REQUIRE(watch.descriptors().size() == 1);

    first.kill();
    watch.look(start + std::chrono::seconds(5));
    CHECK(watch.gone_since() == start + std::chrono::seconds(5));
    CHECK(watch.gone() == file);
    CHECK(watch.descriptors().empty());
    watch.look(start + std::chrono::seconds(6)); // the file names a process that is no more
    CHECK(watch.gone_since() == start + std::chrono::seconds(5));

    Sleeper second;
    std::ofstream(file) << second.pid() << "\n";
    watch.look(start + std::chrono::seconds(7));
    CHECK_FALSE(watch.gone_since());
}

SCENARIO("a daemon that was never seen counts as gone from the first look on")
{
    const test::TemporaryFolder folder;
    const Clock::time_point start{};
    DaemonWatch watch;
    for (const std::string content : {"", "zebra", "-1", "0", "99999999999999999999"}) {
        std::ofstream(folder.file("pid")) << content;
        watch.watch({}, start);
        watch.watch({folder.file("pid"), folder.file("absent")}, start);
        watch.look(start + std::chrono::seconds(1));
        CAPTURE(content);
        CHECK(watch.gone_since() == start);
        CHECK(watch.gone() == folder.file("pid") + ", " + folder.file("absent"));
    }
}

SCENARIO("a program is run to its end, or to its deadline")
{
    using std::chrono::milliseconds;
    const auto said = run_child({"/bin/sh", "-c", "echo out; echo err >&2; umask; exit 3"}, milliseconds(10'000));
    REQUIRE(said);
    CHECK(said->status == 3);
    CHECK(said->said == "out\nerr\n0077\n");

    const auto killed = run_child({"/bin/sh", "-c", "kill -9 $$"}, milliseconds(10'000));
    REQUIRE(killed);
    CHECK(killed->status == 137);

    const auto absent = run_child({"/nowhere/program"}, milliseconds(10'000));
    REQUIRE(absent);
    CHECK(absent->status == 127);

    const auto much = run_child({"/bin/sh", "-c", "yes | head -c 1000000"}, milliseconds(30'000));
    REQUIRE(much);
    CHECK(much->said.size() == 16'384);

    // Also what it started itself, which holds the pipe.
    const auto late = run_child({"/bin/sh", "-c", "sleep 60 & sleep 60"}, milliseconds(200));
    REQUIRE_FALSE(late);
    CHECK(late.error().text() == "/bin/sh: did not end within 200 ms");
}

} // namespace sluice::control::bgp
