#include "dataplane/exception/exception_path.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include <pthread.h>
#include <sys/epoll.h>

#include "dataplane/exception/frame_parts.hpp"
#include "dataplane/exception/network_namespace.hpp"
#include "dataplane/privileges.hpp"

namespace sluice::dataplane {
namespace {

constexpr int wait_ms = 1;              // the longest a punted frame waits; a worker does not wake us
constexpr unsigned frames_at_once = 32; // of one TAP or one worker, then it is another's turn
constexpr std::chrono::microseconds breather{100};

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
        for (const table::Interface& interface : interfaces) {
            auto tap = Tap::create({interface.name, interface.mac, interface.mtu});
            if (!tap) return tl::unexpected(tap.error());
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.u64 = path->ends_.size();
            if (::epoll_ctl(path->epoll_.get(), EPOLL_CTL_ADD, tap->descriptor(), &event) != 0)
                return fail("interface " + interface.name, std::string("epoll: ") + std::strerror(errno));
            path->ends_.push_back(std::make_unique<End>(std::move(*tap)));
        }
        return {};
    });
    if (!made) return tl::unexpected(made.error());
    return path;
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
    }
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
        const ssize_t length = end.tap.read(rte_pktmbuf_mtod(frame, void*), rte_pktmbuf_tailroom(frame));
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
            const bool taken = parts.complete() && end.tap.write(parts.data(), parts.count()) > 0;
            (taken ? end.counts.to_kernel : end.counts.refused).add(1);
            rte_pktmbuf_free(frames[i].frame);
        }
    }
}

} // namespace sluice::dataplane
