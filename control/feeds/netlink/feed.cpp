// The thread's loop: wait for events, wishes or the next second; step; publish when something is different.
#include "control/feeds/netlink/feed.hpp"

#include <array>
#include <future>
#include <utility>

#include <poll.h>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>

#include "control/feeds/netlink/eventfd.hpp"
#include "control/feeds/netlink/namespace.hpp"

namespace sluice::control::netlink {
namespace {

constexpr int longest_wait_ms = 1'000;     // neighbours are probed each second
constexpr std::size_t most_probes = 4'096; // that wait; a peer can cause them

// Confined before the worker is there, whose own thread inherits what this one may do.
Result<Worker> prepare(const std::string& netns, const OurLinks& ours, const std::function<void()>& confine)
{
    if (const auto entered = enter(netns); !entered) return tl::unexpected(entered.error());
    if (!netns.empty())
        if (const auto forbidden = forbid_forwarding(); !forbidden) return tl::unexpected(forbidden.error());
    confine();
    return Worker::open(ours, netns.empty() ? Namespace::shared : Namespace::own);
}

} // namespace

Feed::Feed()
    : changed_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))
    , wishes_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))
{
    status_.name = "kernel";
    status_.kind = "netlink";
    status_.since = std::chrono::steady_clock::now();
}

Result<std::unique_ptr<Feed>> Feed::start(std::string netns, OurLinks ours, std::function<void()> confine)
{
    std::unique_ptr<Feed> feed(new Feed);
    std::promise<Result<void>> ready;
    feed->thread_ = std::thread([&ready, feed = feed.get(), netns, ours, confine] {
        ::pthread_setname_np(::pthread_self(), "mirror");
        auto worker = prepare(netns, ours, confine);
        const Result<void> read =
            worker ? worker->step(std::chrono::steady_clock::now()) : Result<void>(tl::unexpected(worker.error()));
        if (read) feed->publish(*worker, read, std::chrono::steady_clock::now());
        ready.set_value(read);
        if (read) feed->run(std::move(*worker));
    });
    if (const auto read = ready.get_future().get(); !read) {
        feed->thread_.join();
        return tl::unexpected(read.error());
    }
    return feed;
}

Feed::~Feed()
{
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    raise(wishes_.get());
    thread_.join();
}

void Feed::run(Worker worker)
{
    std::array<pollfd, 2> waiting{{{worker.descriptor(), POLLIN, 0}, {wishes_.get(), POLLIN, 0}}};
    for (;;) {
        (void)::poll(waiting.data(), waiting.size(), longest_wait_ms);
        lower(wishes_.get());
        {
            const std::lock_guard lock(mutex_);
            if (stopping_) return;
        }
        take_wishes(worker);
        const auto noticed = std::chrono::steady_clock::now();
        publish(worker, worker.step(noticed), noticed);
    }
}

void Feed::take_wishes(Worker& worker)
{
    std::optional<Wanted> wanted;
    std::vector<NeighborPlace> probes;
    {
        const std::lock_guard lock(mutex_);
        wanted.swap(wanted_);
        probes.swap(probes_);
    }
    if (wanted) worker.want(std::move(*wanted));
    for (const NeighborPlace& place : probes)
        worker.ask(place);
}

// A failed dump left the mirror half empty: it tells nothing then, and what was true last is held.
void Feed::publish(Worker& worker, const Result<void>& step, std::chrono::steady_clock::time_point noticed)
{
    Mirror& mirror = worker.mirror();
    const FeedState now = step ? FeedState::synchronised : FeedState::stale;
    const bool changed = step && mirror.has_changes();
    if (changed && !untold_since_) untold_since_ = noticed;
    const std::lock_guard lock(mutex_);
    if (worker.announced().take_changed()) announced_ = worker.announced().snapshot();
    if (!step && status_.error != step.error().text())
        spdlog::warn("event=netlink_failed error=\"{}\"", step.error().text());
    more_waits_ = changed && !update_.empty();
    const bool told = changed && !more_waits_ && tell(mirror);
    if (told || more_waits_ || now != status_.state) status_.since = std::chrono::steady_clock::now();
    status_.state = now;
    status_.error = step ? "" : step.error().text();
    status_.skipped = mirror.refused();
    status_.first_skipped = mirror.first_refused();
    if (changed) status_.entries = mirror.size();
}

// Under the mutex. False: what changed is as it was.
bool Feed::tell(Mirror& mirror)
{
    update_ = mirror.take();
    const auto since = std::exchange(untold_since_, std::nullopt);
    if (update_.empty()) return false;
    status_.noticed = since;
    raise(changed_.get());
    return true;
}

KernelUpdate Feed::take()
{
    lower(changed_.get());
    const std::lock_guard lock(mutex_);
    if (std::exchange(more_waits_, false)) raise(wishes_.get());
    return std::exchange(update_, {});
}

FeedStatus Feed::status() const
{
    const std::lock_guard lock(mutex_);
    return status_;
}

std::vector<AnnouncedRoute> Feed::announced() const
{
    const std::lock_guard lock(mutex_);
    return announced_;
}

void Feed::want(Wanted wanted)
{
    {
        const std::lock_guard lock(mutex_);
        wanted_ = std::move(wanted);
    }
    raise(wishes_.get());
}

void Feed::probe(const NeighborPlace& place)
{
    {
        const std::lock_guard lock(mutex_);
        if (probes_.size() >= most_probes) return;
        probes_.push_back(place);
    }
    raise(wishes_.get());
}

} // namespace sluice::control::netlink
