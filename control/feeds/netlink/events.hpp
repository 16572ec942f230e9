// Events of the kernel, taken out of their socket by a thread that does nothing else, so that the kernel's queue does
// not run over while the mirror is busy with a dump or with a million routes. Holds 256 MiB at most.
//
// When events are lost all the same (ENOBUFS, or more than that is waiting), what waits is older than what was lost and
// worth nothing: it is thrown away, and `receive` says so once. What comes afterwards is kept, so whoever dumps after
// that answer and then goes on receiving misses nothing.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "control/feeds/netlink/socket.hpp"
#include "dataplane/api/descriptor.hpp"

namespace sluice::control::netlink {

class Events {
public:
    static constexpr std::size_t most_bytes = std::size_t{256} << 20;

    // In the namespace of the calling thread; `most`: bytes that may wait.
    [[nodiscard]] static Result<std::unique_ptr<Events>> open(const std::vector<unsigned>& groups,
                                                              std::size_t most = most_bytes);
    ~Events();
    Events(const Events&) = delete;
    Events& operator=(const Events&) = delete;

    [[nodiscard]] int descriptor() const { return ready_.get(); } // readable when receive() has something
    // Hands events that wait to `handler`, at most a few MiB of them; never blocks.
    [[nodiscard]] Result<Received> receive(const Handler& handler);

private:
    Events(Socket socket, std::size_t most);
    void run();
    [[nodiscard]] bool await_more();
    void keep(std::string_view datagram);
    void lose();

    Socket socket_;
    std::size_t most_;
    api::Descriptor ready_;
    api::Descriptor stop_;

    std::mutex mutex_;                // guards the four below
    std::deque<std::string> waiting_; // chunks of whole messages
    std::size_t bytes_ = 0;
    bool overflow_ = false;
    std::optional<Error> error_; // the socket cannot be read any more

    std::chrono::steady_clock::time_point counted_since_{}; // the thread's: its wakings, in a short time
    int wakings_ = 0;

    std::thread thread_; // last: it uses the rest
};

} // namespace sluice::control::netlink
