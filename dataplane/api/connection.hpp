// One client as the server sees it: bytes in, requests to the handler, replies into a bounded buffer, bytes out.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "dataplane/api/descriptor.hpp"
#include "dataplane/api/frame.hpp"
#include "dataplane/api/server.hpp"

namespace sluice::api {

class Connection {
public:
    using Clock = std::chrono::steady_clock;

    // `socket` is connected and non-blocking.
    Connection(Descriptor socket, const Peer& peer, const Limits& limits);

    // Takes what has arrived, a bounded part of it per call, and answers every whole request in it.
    void receive(const Server::Handler& handler);
    // Queues the reply and writes as much as the socket takes.
    void send(const Reply& reply);
    void flush();
    // No use any more: the peer left, broke the contract, or exceeded its bounds.
    void cut();

    [[nodiscard]] bool is_cut() const { return cut_; }
    [[nodiscard]] bool has_pending() const { return sent_ < outbox_.size(); }
    [[nodiscard]] bool is_stalled(Clock::time_point now) const;
    [[nodiscard]] bool wants_events() const { return greeted_ && peer_.may_change && !cut_; }
    [[nodiscard]] bool is_greeted_by(unsigned pid) const { return greeted_ && !cut_ && peer_.pid == pid; }
    [[nodiscard]] int descriptor() const { return socket_.get(); }
    bool write_watched = false; // whether epoll watches for room to write

private:
    void handle(std::string_view message, const Server::Handler& handler);

    Descriptor socket_;
    Peer peer_;
    Limits limits_;
    FrameReader inbox_;
    std::string outbox_;
    std::size_t sent_ = 0; // bytes of outbox_ that the socket has taken
    Clock::time_point progress_ = Clock::now();
    bool greeted_ = false;
    bool cut_ = false;
};

} // namespace sluice::api
