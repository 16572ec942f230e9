// Serves one socket from the caller's thread (epoll inside). Not thread-safe; throws nothing.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "dataplane/api/frame.hpp"
#include "dataplane/api/sluice.pb.h"
#include "dataplane/base/result.hpp"

namespace sluice::api {

// Who asks, by SO_PEERCRED. may_change: uid 0 or the server's own.
struct Peer {
    unsigned uid = 0;
    unsigned pid = 0;
    bool may_change = false;
};

// What one client can cost. Past a bound it is cut off; the server itself never waits for anybody.
struct Limits {
    std::size_t connections = 64;                             // more are closed as they come
    std::size_t reader_request_bytes = 64U << 10;             // from peers that may not change anything
    std::size_t pending_bytes = max_frame_bytes + (1U << 20); // written by us, not yet taken by the client
    std::chrono::milliseconds stalled{30'000};                // with pending bytes and none of them taken
};

class Server {
public:
    // Answers each request; it must not block long. The first request of a connection must be Hello, and the handler
    // judges it: once it answered with a Hello, other requests reach it. The reply's id is set by the server.
    using Handler = std::function<Reply(const Request&, const Peer&)>;

    // Creates the folder if need be, unlinks a stale socket, binds with mode 0660, listens. Refuses when another
    // process answers on the socket, or when the path is something else than a socket.
    [[nodiscard]] static Result<std::unique_ptr<Server>> listen(const std::string& path, Handler handler,
                                                                Limits limits = Limits{});
    virtual ~Server() = default; // closes all connections and unlinks the socket if it is still ours

    // Handles what is ready, waiting up to timeout_ms (< 0: for ever).
    virtual void poll(int timeout_ms) = 0;
    // To connections that greeted us and may change things. May be called inside the handler.
    virtual void broadcast(const Reply& event) = 0;
    // Whether this process has a connection that greeted us and is still open.
    [[nodiscard]] virtual bool is_connected(unsigned pid) const = 0;
    [[nodiscard]] virtual int descriptor() const = 0; // readable when poll() has work
};

} // namespace sluice::api
