#include "dataplane/exception/exception_path.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include <pthread.h>
#include <sys/epoll.h>

#include "dataplane/base/announcing_link.hpp"
#include "dataplane/exception/frame_parts.hpp"
#include "dataplane/exception/network_namespace.hpp"
#include "dataplane/privileges.hpp"

namespace sluice::dataplane {
namespace {

constexpr int wait_ms = 1;              // the longest a punted frame waits; a worker does not wake us
constexpr unsigned frames_at_once = 32; // of one TAP or one worker, then it is another's turn
constexpr std::chrono::microseconds breather{100};
constexpr MacAddress announcing_mac{{0x02, 0x53, 0x4c, 0x00, 0x00, 0xc7}}; // nobody ever sends to it

} // namespace

ExceptionPath::ExceptionPath(std::vector<Worker*> workers, rte_mempool* pool)
    : workers_(std::move(workers))
    , pool_(pool)
    , epoll_(::epoll_create1(EPOLL_CLOEXEC))
{
}

Result<std::unique_ptr<ExceptionPath>> ExceptionPath::open(const std::string& netns,
                                                           const std::vector<table::Interface>& interfaces,
                                                           std::vector<Worker*> workers, rte_mempool* pool)
{
    std::unique_ptr<ExceptionPath> path(new ExceptionPath(std::move(workers), pool));
    const auto made = in_namespace(netns, [&]() -> Result<void> {
        for (const table::Interface& interface : interfaces)
            if (const auto added = path->add({interface.name, interface.mac, interface.mtu, !interface.of_kernel});
                !added)
                return added;
        return path->add_announcing();
    });
    if (!made) return tl::unexpected(made.error());
    return path;
}

Result<void> ExceptionPath::add(const TapPlan& plan)
{
    auto tap = Tap::create(plan);
    if (!tap) return tl::unexpected(tap.error());
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = ends_.size();
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, tap->descriptor(), &event) != 0)
        return fail("interface " + plan.name, std::string("epoll: ") + std::strerror(errno));
    ends_.push_back(std::make_unique<End>(std::move(*tap)));
    return {};
}

// Without carrier until we forward: a routing daemon takes no route over such a link.
Result<void> ExceptionPath::add_announcing()
{
    TapPlan plan{announcing_link, announcing_mac};
    plan.has_neighbors = false;
    if (const auto added = add(plan); !added) return added;
    ends_.back()->tap->set_carrier(false);
    auto routes = AnnouncedRoutes::open(announcing_link);
    if (!routes) return tl::unexpected(routes.error());
    announced_.emplace(std::move(*routes));
    return {};
}

ExceptionPath::~ExceptionPath()
{
    stopping_.store(true, std::memory_order_relaxed);
    if (thread_.joinable()) thread_.join();
    for (Worker* worker : workers_) {
        deliver(*worker);
        KernelFrame unseen;
        while (worker->injects().pop(&unseen, 1) == 1)
            rte_pktmbuf_free(unseen.frame); // never counted: the worker did not take it
    }
}

void ExceptionPath::start()
{
    ends_.back()->tap->set_carrier(true);
    thread_ = std::thread([this] {
        ::pthread_setname_np(::pthread_self(), "exception");
        drop_capabilities();
        run();
    });
}

void ExceptionPath::run() noexcept
{
    while (!stopping_.load(std::memory_order_relaxed)) {
        wait_and_read();
        for (Worker* worker : workers_)
            deliver(*worker);
        if (announcing_.load(std::memory_order_relaxed) == Announcing::to_be_left) leave_announcing();
    }
}

// The link itself is closed by who asked for it: the kernel may take a while, and frames of routing protocols wait
// here.
void ExceptionPath::leave_announcing() noexcept
{
    static_cast<void>(::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, ends_.back()->tap->descriptor(), nullptr));
    announcing_.store(Announcing::left, std::memory_order_release);
}

bool ExceptionPath::announces() const
{
    return announced_->any();
}

void ExceptionPath::withdraw()
{
    announcing_.store(Announcing::to_be_left, std::memory_order_relaxed);
    while (announcing_.load(std::memory_order_acquire) != Announcing::left)
        std::this_thread::sleep_for(breather);
    ends_.back()->tap.reset();
}

void ExceptionPath::wait_and_read() noexcept
{
    std::array<epoll_event, 64> ready;
    const int count = ::epoll_wait(epoll_.get(), ready.data(), static_cast<int>(ready.size()), wait_ms);
    bool blocked = false;
    for (int i = 0; i < count; ++i)
        blocked |= !read_from(ready[static_cast<std::size_t>(i)].data.u64);
    if (blocked) std::this_thread::sleep_for(breather); // its TAP stays readable: epoll would not wait
}

// false: there is more than we have room for.
bool ExceptionPath::read_from(std::size_t interface) noexcept
{
    End& end = *ends_[interface];
    Queue<KernelFrame>& queue = workers_[interface % workers_.size()]->injects();
    for (unsigned i = 0; i < frames_at_once; ++i) {
        if (queue.room() == 0) return false;
        rte_mbuf* frame = rte_pktmbuf_alloc(pool_);
        if (frame == nullptr) return false;
        const ssize_t length = end.tap->read(rte_pktmbuf_mtod(frame, void*), rte_pktmbuf_tailroom(frame));
        if (length <= 0) {
            rte_pktmbuf_free(frame);
            return true;
        }
        frame->data_len = static_cast<std::uint16_t>(length);
        frame->pkt_len = static_cast<std::uint32_t>(length);
        end.counts.from_kernel.add(1);
        static_cast<void>(queue.push({frame, static_cast<std::uint32_t>(interface), 0})); // there was room
    }
    return true;
}

void ExceptionPath::deliver(Worker& worker) noexcept
{
    std::array<KernelFrame, frames_at_once> frames;
    unsigned count = 0;
    while ((count = worker.punts().pop(frames.data(), frames_at_once)) != 0) {
        for (unsigned i = 0; i < count; ++i) {
            End& end = *ends_[frames[i].interface];
            const FrameParts parts(*frames[i].frame);
            const bool taken = parts.complete() && end.tap->write(parts.data(), parts.count()) > 0;
            (taken ? end.counts.to_kernel : end.counts.refused).add(1);
            rte_pktmbuf_free(frames[i].frame);
        }
    }
}

} // namespace sluice::dataplane
