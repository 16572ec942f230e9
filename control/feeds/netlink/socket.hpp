// One rtnetlink socket in the namespace of the thread that opens it (RFC 3549; libmnl does the framing).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include <libmnl/libmnl.h>

#include "dataplane/api/descriptor.hpp"
#include "dataplane/base/result.hpp"

namespace sluice::control::netlink {

using Handler = std::function<void(const nlmsghdr&)>;

// some: there may be more. overflow: the kernel dropped events (ENOBUFS), only a new dump helps.
enum class Received { all, some, overflow };

class Socket {
public:
    [[nodiscard]] static Result<Socket> open();
    // One that somebody else opened, perhaps in another namespace, and that is not bound yet.
    [[nodiscard]] static Result<Socket> take(api::Descriptor opened);

    // Events of these RTNLGRP_* groups from now on; the receive buffer becomes 64 MiB.
    [[nodiscard]] Result<void> subscribe(const std::vector<unsigned>& groups);

    // Hands the next datagrams of events, whole messages, to `use`, a few at once; never blocks. all: there was none.
    [[nodiscard]] Result<Received> read(const std::function<void(std::string_view)>& use);

    // After an overflow: what waits is older than what was lost, and the kernel tells nothing more until it is gone.
    void drop_waiting();

    // Sends one request and waits for its acknowledgement. The error is the kernel's word ("File exists").
    [[nodiscard]] Result<void> request(nlmsghdr& message);

    [[nodiscard]] int descriptor() const { return mnl_socket_get_fd(socket_.get()); }

private:
    struct Close {
        void operator()(mnl_socket* socket) const { mnl_socket_close(socket); }
    };

    Socket() = default;
    friend class Dump;

    std::unique_ptr<mnl_socket, Close> socket_;
    std::uint32_t sequence_ = 0;
    std::vector<char> buffer_ = std::vector<char>(1U << 18);
};

// Hands each message of those in `messages` to `handler`; each begins at a multiple of four bytes.
void deliver(std::string_view messages, const Handler& handler);

// All objects of RTM_GET* `type`, over a socket of its own. Begins again, from `restart`, when the kernel says that the
// list changed under the dump (NLM_F_DUMP_INTR).
[[nodiscard]] Result<void> dump(std::uint16_t type, std::uint8_t family, const Handler& handler,
                                const std::function<void()>& restart);
// The same over a socket that is used for nothing else meanwhile, in whatever namespace it is.
[[nodiscard]] Result<void> dump(Socket& socket, std::uint16_t type, std::uint8_t family, const Handler& handler,
                                const std::function<void()>& restart);

} // namespace sluice::control::netlink
