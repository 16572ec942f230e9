// The asking end. The descriptor is non-blocking; waiting happens in poll(2) alone, so that every wait has a deadline.
#include "dataplane/api/client.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>

#include <poll.h>
#include <sys/socket.h>

#include "dataplane/api/socket_address.hpp"

namespace sluice::api {
namespace {

// dataplane.sock is served by sluice-dataplane, control.sock by sluice-control.
std::string server_of(const std::string& path)
{
    return "sluice-" + std::filesystem::path(path).stem().string();
}

std::string connect_advice(int error, const std::string& path)
{
    if (error == ENOENT || error == ECONNREFUSED) return "nobody answers; is " + server_of(path) + " running?";
    if (error == EACCES || error == EPERM) return "permission denied; be root or in the group of the socket";
    if (error == EAGAIN) return server_of(path) + " is too busy to accept a connection; try again";
    return std::strerror(error);
}

std::string lines_of(const Failure& failure)
{
    std::string out = failure.what();
    for (const std::string& error : failure.errors())
        out += (out.empty() ? "" : "\n") + error;
    return out;
}

} // namespace

class Client::Deadline {
public:
    explicit Deadline(int timeout_ms)
        : forever_(timeout_ms < 0)
        , end_(Clock::now() + std::chrono::milliseconds(std::max(timeout_ms, 0)))
    {
    }

    // False when the time is over before the descriptor is ready.
    [[nodiscard]] bool wait(int descriptor, short events) const
    {
        pollfd ready{descriptor, events, 0};
        for (;;) {
            const int count = ::poll(&ready, 1, left_ms());
            if (count >= 0 || errno != EINTR) return count > 0;
        }
    }

private:
    using Clock = std::chrono::steady_clock;

    [[nodiscard]] int left_ms() const
    {
        if (forever_) return -1;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end_ - Clock::now());
        return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
    }

    bool forever_;
    Clock::time_point end_;
};

Result<Client> Client::connect(const std::string& path, const std::string& program, int timeout_ms)
{
    const auto address = socket_address(path);
    if (!address) return tl::unexpected(address.error());
    Client client;
    client.path_ = path;
    client.socket_ = Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!client.socket_) return fail(path, std::strerror(errno));
    if (::connect(client.descriptor(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0)
        return fail(path, connect_advice(errno, path));
    if (const auto greeted = client.greet(program, timeout_ms); !greeted) return tl::unexpected(greeted.error());
    return client;
}

Result<void> Client::greet(const std::string& program, int timeout_ms)
{
    Request request;
    request.mutable_hello()->set_version(version);
    request.mutable_hello()->set_program(program);
    const auto reply = call(std::move(request), timeout_ms);
    if (!reply) return tl::unexpected(reply.error());
    if (!reply->has_hello()) return fail(path_, "the answer to our greeting is no greeting; is this a Sluice program?");
    if (reply->hello().version() != version)
        return fail(path_, reply->hello().program() + " speaks version " + std::to_string(reply->hello().version()) +
                               " of the contract and " + program + " version " + std::to_string(version) +
                               "; install both from the same release");
    peer_ = reply->hello();
    return {};
}

Result<Reply> Client::call(Request request, int timeout_ms)
{
    if (!connected()) return fail(path_, "the connection is closed");
    request.set_id(next_id_++);
    auto reply = exchange(request, Deadline(timeout_ms));
    if (!reply) {
        socket_.reset();
        return reply;
    }
    if (reply->has_failure()) return fail("", lines_of(reply->failure()));
    return reply;
}

Result<Reply> Client::exchange(const Request& request, const Deadline& deadline)
{
    std::string frame;
    if (!append_frame(request, frame)) return fail(path_, "the request is longer than a frame may be");
    if (const auto sent = send(frame, deadline); !sent) return tl::unexpected(sent.error());
    for (;;) {
        auto reply = next_reply();
        if (!reply) return tl::unexpected(reply.error());
        if (!*reply) {
            if (const auto received = receive(deadline); !received) return tl::unexpected(received.error());
            continue;
        }
        if ((*reply)->id() == request.id()) return std::move(**reply);
        if ((*reply)->id() != 0) return fail(path_, "an answer to a question that was not asked");
        on_event(**reply);
    }
}

bool Client::poll_events(int timeout_ms)
{
    const Deadline deadline(timeout_ms);
    for (bool seen = false; connected();) {
        const auto reply = next_reply();
        if (!reply) {
            socket_.reset();
        } else if (*reply) {
            seen = true;
            on_event(**reply);
        } else if (seen || !deadline.wait(descriptor(), POLLIN)) {
            return true;
        } else if (!receive(deadline)) {
            socket_.reset();
        }
    }
    return false;
}

Result<std::optional<Reply>> Client::next_reply()
{
    const auto message = inbox_.next();
    if (!message) return fail(path_, message.error().what);
    if (!*message) return std::nullopt;
    Reply reply;
    if (!reply.ParseFromArray((*message)->data(), static_cast<int>((*message)->size())))
        return fail(path_, "the answer is no message of this contract");
    return reply;
}

Result<void> Client::send(const std::string& frame, const Deadline& deadline)
{
    for (std::size_t sent = 0; sent < frame.size();) {
        const ssize_t count = ::send(descriptor(), frame.data() + sent, frame.size() - sent, MSG_NOSIGNAL);
        if (count >= 0) {
            sent += static_cast<std::size_t>(count);
        } else if (errno == EAGAIN) {
            if (!deadline.wait(descriptor(), POLLOUT))
                return fail(path_, server_of(path_) + " does not read; it hangs");
        } else if (errno != EINTR) {
            return fail(path_, server_of(path_) + " closed the connection: " + std::strerror(errno));
        }
    }
    return {};
}

Result<void> Client::receive(const Deadline& deadline)
{
    if (!deadline.wait(descriptor(), POLLIN)) return fail(path_, server_of(path_) + " did not answer in time");
    std::array<char, 65'536> piece;
    const ssize_t count = ::recv(descriptor(), piece.data(), piece.size(), 0);
    if (count == 0) return fail(path_, server_of(path_) + " closed the connection");
    if (count < 0 && errno != EAGAIN && errno != EINTR) return fail(path_, std::strerror(errno));
    if (count > 0) inbox_.append({piece.data(), static_cast<std::size_t>(count)});
    return {};
}

} // namespace sluice::api
