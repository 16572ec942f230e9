#include "control/feeds/netlink/events.hpp"

#include <array>
#include <chrono>
#include <utility>

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>

#include "control/feeds/netlink/eventfd.hpp"
#include "control/privileges.hpp"

namespace sluice::control::netlink {
namespace {

constexpr std::size_t chunk_bytes = std::size_t{64} << 10;
constexpr int most_chunks = 64; // of one call

// A routing daemon sends its table route by route, and each waking costs the mirror a round: after so many within this
// time the rest of it gathers.
constexpr auto gathering = std::chrono::milliseconds(20);
constexpr int woken_at_once = 4;

} // namespace

Events::Events(Socket socket, std::size_t most)
    : socket_(std::move(socket))
    , most_(most)
    , ready_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))
    , stop_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))
{
}

Result<std::unique_ptr<Events>> Events::open(const std::vector<unsigned>& groups, std::size_t most)
{
    auto socket = Socket::open();
    if (!socket) return tl::unexpected(socket.error());
    if (auto subscribed = socket->subscribe(groups); !subscribed) return tl::unexpected(subscribed.error());
    std::unique_ptr<Events> events(new Events(std::move(*socket), most));
    events->thread_ = std::thread([raw = events.get()] {
        ::pthread_setname_np(::pthread_self(), "events");
        (void)keep_capabilities({}); // what is open can be read without any; those of the mirror's thread are no harm
        raw->run();
    });
    return events;
}

Events::~Events()
{
    raise(stop_.get());
    if (thread_.joinable()) thread_.join();
}

void Events::run()
{
    for (;;) {
        const auto receipt = socket_.read([this](std::string_view datagram) { keep(datagram); });
        if (!receipt) {
            const std::lock_guard lock(mutex_);
            error_ = receipt.error();
            return raise(ready_.get());
        }
        if (*receipt == Received::overflow) lose();
        if (*receipt == Received::all && !await_more()) return;
    }
}

// False: it is time to stop.
bool Events::await_more()
{
    std::array<pollfd, 2> waiting{{{stop_.get(), POLLIN, 0}, {socket_.descriptor(), POLLIN, 0}}};
    (void)::poll(waiting.data(), waiting.size(), -1);
    const auto now = std::chrono::steady_clock::now();
    if (now - counted_since_ >= gathering) {
        counted_since_ = now;
        wakings_ = 0;
    }
    if (++wakings_ > woken_at_once) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(counted_since_ + gathering - now);
        (void)::poll(waiting.data(), 1, static_cast<int>(left.count()));
    }
    return (waiting[0].revents & POLLIN) == 0;
}

void Events::keep(std::string_view datagram)
{
    const std::lock_guard lock(mutex_);
    if (bytes_ + datagram.size() > most_) {
        waiting_.clear();
        bytes_ = 0;
        overflow_ = true;
    }
    if (waiting_.empty()) raise(ready_.get());
    if (waiting_.empty() || waiting_.back().size() + datagram.size() > chunk_bytes) {
        waiting_.emplace_back();
        waiting_.back().reserve(chunk_bytes);
    }
    waiting_.back().append(datagram);
    waiting_.back().append(MNL_ALIGN(datagram.size()) - datagram.size(), '\0');
    bytes_ += MNL_ALIGN(datagram.size());
}

void Events::lose()
{
    socket_.drop_waiting();
    const std::lock_guard lock(mutex_);
    waiting_.clear();
    bytes_ = 0;
    overflow_ = true;
    raise(ready_.get());
}

Result<Received> Events::receive(const Handler& handler)
{
    lower(ready_.get());
    for (int i = 0; i < most_chunks; ++i) {
        std::string chunk;
        {
            const std::lock_guard lock(mutex_);
            if (error_) return tl::unexpected(*error_);
            if (std::exchange(overflow_, false)) return Received::overflow;
            if (waiting_.empty()) return Received::all;
            chunk = std::move(waiting_.front());
            waiting_.pop_front();
            bytes_ -= chunk.size();
        }
        deliver(chunk, handler);
    }
    raise(ready_.get());
    return Received::some;
}

} // namespace sluice::control::netlink
