// A client's bytes, both ways. Nothing here waits.
#include "dataplane/api/connection.hpp"

#include <array>
#include <cerrno>

#include <sys/socket.h>

namespace sluice::api {

Connection::Connection(Descriptor socket, const Peer& peer, const Limits& limits)
    : socket_(std::move(socket))
    , peer_(peer)
    , limits_(limits)
    , inbox_(peer.may_change ? max_frame_bytes : limits.reader_request_bytes)
{
}

void Connection::receive(const Server::Handler& handler)
{
    // One piece per call: epoll is level-triggered, so the rest comes after the other clients had their turn.
    std::array<char, 65'536> piece;
    const ssize_t count = ::recv(descriptor(), piece.data(), piece.size(), 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) return cut();
    inbox_.append({piece.data(), static_cast<std::size_t>(count)});
    while (!cut_) {
        const auto message = inbox_.next();
        if (!message) return cut();
        if (!*message) return;
        handle(**message, handler);
    }
}

void Connection::handle(std::string_view message, const Server::Handler& handler)
{
    Request request;
    if (!request.ParseFromArray(message.data(), static_cast<int>(message.size()))) return cut();
    Reply reply = greeted_ || request.has_hello() ? handler(request, peer_)
                                                  : failure("the first request of a connection must be Hello");
    if (reply.has_hello()) greeted_ = true;
    reply.set_id(request.id());
    send(reply);
}

void Connection::send(const Reply& reply)
{
    if (cut_) return;
    if (!has_pending()) progress_ = Clock::now();
    if (!append_frame(reply, outbox_)) {
        Reply refusal = failure("the answer is longer than " + std::to_string(max_frame_bytes) +
                                " bytes; ask with a limit or a filter");
        refusal.set_id(reply.id());
        return send(refusal);
    }
    flush();
    if (outbox_.size() - sent_ > limits_.pending_bytes) cut();
}

void Connection::flush()
{
    while (!cut_ && has_pending()) {
        const ssize_t count = ::send(descriptor(), outbox_.data() + sent_, outbox_.size() - sent_, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno == EAGAIN) break;
        if (count < 0) return cut();
        sent_ += static_cast<std::size_t>(count);
        progress_ = Clock::now();
    }
    if (sent_ < outbox_.size() / 2) return;
    outbox_.erase(0, sent_);
    sent_ = 0;
    outbox_.shrink_to_fit();
}

void Connection::cut()
{
    if (cut_) return;
    cut_ = true;
    ::shutdown(descriptor(), SHUT_RDWR); // also wakes epoll, whose owner then forgets this connection
}

bool Connection::is_stalled(Clock::time_point now) const
{
    return has_pending() && now - progress_ > limits_.stalled;
}

} // namespace sluice::api
