// One blocking connection to sluice-dataplane or sluice-control. Not thread-safe; throws nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "dataplane/api/descriptor.hpp"
#include "dataplane/api/frame.hpp"
#include "dataplane/api/sluice.pb.h"
#include "dataplane/base/result.hpp"

namespace sluice::api {

class Client {
public:
    // Connects and exchanges Hello. Errors name the socket and how to mend it ("is sluice-dataplane running?").
    static constexpr int default_hello_timeout_ms = 5'000;
    [[nodiscard]] static Result<Client> connect(const std::string& path, const std::string& program,
                                                int timeout_ms = default_hello_timeout_ms);

    // Sends one request and waits for its reply; replies with id 0 that arrive meanwhile go to on_event.
    // A Failure becomes an Error, one line per error, and the connection stays. Any other error (silence past
    // timeout_ms, end of stream, garbage) closes it, because nobody can tell then whether the request was carried out.
    // timeout_ms < 0 waits for ever.
    [[nodiscard]] Result<Reply> call(Request request, int timeout_ms = 10'000);
    // Waits up to timeout_ms for events only. false: the peer is gone.
    [[nodiscard]] bool poll_events(int timeout_ms);

    [[nodiscard]] bool connected() const { return static_cast<bool>(socket_); }
    [[nodiscard]] const Hello& peer() const { return peer_; }
    [[nodiscard]] int descriptor() const { return socket_.get(); }

    // Called inside call() and poll_events(); it must not use this client.
    std::function<void(const Reply&)> on_event = [](const Reply&) {};

private:
    class Deadline;

    Client() = default;
    [[nodiscard]] Result<void> greet(const std::string& program, int timeout_ms);
    [[nodiscard]] Result<void> send(const std::string& frame, const Deadline& deadline);
    [[nodiscard]] Result<void> receive(const Deadline& deadline);
    [[nodiscard]] Result<std::optional<Reply>> next_reply();
    [[nodiscard]] Result<Reply> exchange(const Request& request, const Deadline& deadline);

    std::string path_;
    Descriptor socket_;
    Hello peer_;
    FrameReader inbox_;
    std::uint64_t next_id_ = 1;
};

} // namespace sluice::api
