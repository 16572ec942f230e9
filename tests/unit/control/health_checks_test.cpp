// The thread and real sockets: peers that listen, refuse, never answer, and cannot be reached.
#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <ctime>
#include <iostream>
#include <thread>

#include <arpa/inet.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>

#include "control/health/checks.hpp"

namespace sluice::control::health {
namespace {

using namespace std::chrono_literals;

// On the loopback, port chosen by the kernel. With a backlog of 0 that is used up, further SYNs are dropped.
class Listener {
public:
    explicit Listener(int backlog = 64, std::uint32_t address = INADDR_LOOPBACK)
        : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(address);
        socklen_t size = sizeof at;
        REQUIRE(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&at), size) == 0);
        REQUIRE(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&at), &size) == 0);
        port_ = ntohs(at.sin_port);
        REQUIRE(::listen(socket_.get(), backlog) == 0);
    }
    void fill() // until nothing more is taken
    {
        for (int i = 0; i < 4; ++i) {
            api::Descriptor& one = filling_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
            sockaddr_in to{};
            to.sin_family = AF_INET;
            to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            to.sin_port = htons(port_);
            (void)::connect(one.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to);
        }
        std::this_thread::sleep_for(20ms);
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    void close() { socket_.reset(); }
    void take_all() const // so that the backlog does not fill
    {
        for (pollfd ready{socket_.get(), POLLIN, 0}; ::poll(&ready, 1, 0) == 1;)
            api::Descriptor(::accept(socket_.get(), nullptr, nullptr));
    }

private:
    api::Descriptor socket_;
    std::uint16_t port_ = 0;
    std::vector<api::Descriptor> filling_;
};

constexpr Rhythm fast{20ms, 15ms, 2ms, 2, 3};

Target local(std::uint16_t port, Rhythm rhythm = fast)
{
    return {"public", *IpAddress::parse("127.0.0.1"), port, rhythm};
}

// What is known of each target once `until` holds; gives up after five seconds.
Verdicts known(Checks& checks, Verdicts verdicts, const std::function<bool(const Verdicts&)>& until)
{
    const auto patience = std::chrono::steady_clock::now() + 5s;
    while (!until(verdicts) && std::chrono::steady_clock::now() < patience) {
        pollfd changed{checks.descriptor(), POLLIN, 0};
        (void)::poll(&changed, 1, 100);
        for (const Change& change : checks.take())
            if (change.verdict)
                verdicts.insert_or_assign(change.target, *change.verdict);
            else
                verdicts.erase(change.target);
    }
    CHECK(until(verdicts));
    return verdicts;
}

auto is(const Target& target, State state, const std::string& reason = {})
{
    return [=](const Verdicts& verdicts) {
        const auto found = verdicts.find(target);
        return found != verdicts.end() && found->second.state == state && found->second.reason == reason;
    };
}

double seconds_of(clockid_t clock)
{
    timespec time{};
    ::clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double cpu_of_others() // than this thread
{
    return seconds_of(CLOCK_PROCESS_CPUTIME_ID) - seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

} // namespace

TEST_CASE("a peer that listens is up, until it is gone, and again when it is back")
{
    Listener listener;
    Checks checks(open_here);
    const Target target = local(listener.port());
    checks.want({{target, false}});
    Verdicts now = known(checks, {}, is(target, State::up));
    listener.close();
    now = known(checks, now, is(target, State::down, "connection refused (3 of 3)"));
    const auto age = std::chrono::system_clock::now() - now.at(target).since;
    CHECK(age < 1s);
    checks.want({});
    (void)known(checks, now, [](const Verdicts& all) { return all.empty(); });
}

TEST_CASE("a peer that never answers is timed out")
{
    Listener listener(0);
    listener.fill();
    Checks checks(open_here);
    const Target target = local(listener.port());
    checks.want({{target, true}});
    (void)known(checks, {}, is(target, State::down, "connect timed out (3 of 3)"));
}

TEST_CASE("a peer to whom no route leads, of either family")
{
    std::atomic<bool> alone = false;
    Checks checks(open_here, [&] { alone = ::unshare(CLONE_NEWNET) == 0; }); // the thread, into an empty namespace
    const Target v4{"public", *IpAddress::parse("192.0.2.1"), 1, fast};
    const Target v6{"public", *IpAddress::parse("2001:db8::1"), 1, fast};
    checks.want({{v4, true}, {v6, true}});
    const Verdicts found = known(checks, {}, [](const Verdicts& all) { return all.size() == 2; });
    if (!alone) return; // only root may leave
    (void)known(checks, found, is(v4, State::down, "no route (3 of 3)"));
    CHECK_FALSE(found.at(v6).reason.empty()); // "no route", or that there is no IPv6
}

TEST_CASE("a namespace that cannot be had is no verdict")
{
    const Listener listener;
    std::atomic<bool> there = false;
    Checks checks([&](const std::string& network, int family) -> Result<api::Descriptor> {
        if (!there) return fail("namespace of " + network, "No such file or directory");
        return open_here(network, family);
    });
    const Target target = local(listener.port());
    checks.want({{target, false}});
    const Verdicts now =
        known(checks, {}, is(target, State::waiting, "not checked: namespace of public: No such file or directory"));
    there = true;
    (void)known(checks, now, is(target, State::up));
}

TEST_CASE("what 5,000 checks a second cost", "[.][bench]")
{
    const Listener listener(4'096, INADDR_ANY);
    Checks checks(open_here);
    Targets targets;
    for (std::uint32_t i = 0; i < 5'000; ++i) // all of 127/8 is here; every second one refuses
        targets.emplace(Target{"public",
                               Ipv4Address{0x7F010000U + i},
                               i % 2 == 0 ? listener.port() : std::uint16_t{1},
                               {1s, 500ms, 100ms, 2, 3}},
                        false);
    checks.want(targets);
    std::this_thread::sleep_for(2s);
    const double before = cpu_of_others();
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (std::chrono::steady_clock::now() < end) {
        listener.take_all();
        std::this_thread::sleep_for(1ms);
    }
    std::cout << targets.size() << " targets, each once a second: " << (cpu_of_others() - before) * 10
              << " % of a core\n";
    CHECK(checks.take().size() >= targets.size());
}

} // namespace sluice::control::health
