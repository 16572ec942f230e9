// The thread's loop: wait for an end, a wish or the next check; tell ends first, then what is due.
#include "control/health/checks.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

namespace sluice::control::health {
namespace {

constexpr std::chrono::milliseconds longest_wait{1'000};

void wake(const api::Descriptor& sleeper)
{
    const std::uint64_t one = 1;
    (void)!::write(sleeper.get(), &one, sizeof one); // can only fail when it is awake already
}

void calm(const api::Descriptor& sleeper)
{
    std::uint64_t count = 0;
    (void)!::read(sleeper.get(), &count, sizeof count);
}

// Each connection under way is a descriptor; the usual limit of 1,024 is meant for programs that use select(2).
void allow_descriptors()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) spdlog::warn("event=descriptor_limit_kept");
}

} // namespace

Checks::Checks(OpenSocket open, std::function<void()> settle)
    : open_(std::move(open))
    , settle_(std::move(settle))
    , changed_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))
    , wishes_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))
{
    allow_descriptors();
    thread_ = std::thread([this] { run(); });
}

Checks::~Checks()
{
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake(wishes_);
    thread_.join();
}

void Checks::run()
{
    using Clock = Checker::Clock;
    settle_();
    Sockets sockets(open_);
    Checker checker(sockets, std::random_device{}());
    std::array<pollfd, 2> waiting{{{sockets.descriptor(), POLLIN, 0}, {wishes_.get(), POLLIN, 0}}};
    for (Clock::time_point due = Clock::now();;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - Clock::now());
        const auto wait = std::clamp(left, std::chrono::milliseconds{0}, longest_wait);
        (void)::poll(waiting.data(), waiting.size(), static_cast<int>(wait.count()));
        calm(wishes_);
        {
            const std::lock_guard lock(mutex_);
            if (stopping_) return;
        }
        take_wishes(checker);
        sockets.collect([&](std::uint64_t id, const Outcome& outcome) { checker.ended(id, outcome, Clock::now()); });
        due = checker.step(Clock::now());
        publish(checker.take_changes());
    }
}

void Checks::take_wishes(Checker& checker)
{
    std::optional<Targets> wanted;
    {
        const std::lock_guard lock(mutex_);
        wanted.swap(wanted_);
    }
    if (wanted) checker.want(*wanted, Checker::Clock::now());
}

void Checks::publish(std::vector<Change> changes)
{
    if (changes.empty()) return;
    const std::lock_guard lock(mutex_);
    std::move(changes.begin(), changes.end(), std::back_inserter(changes_));
    wake(changed_);
}

std::vector<Change> Checks::take()
{
    calm(changed_);
    const std::lock_guard lock(mutex_);
    return std::exchange(changes_, {});
}

void Checks::want(Targets targets)
{
    {
        const std::lock_guard lock(mutex_);
        wanted_ = std::move(targets);
    }
    wake(wishes_);
}

} // namespace sluice::control::health
