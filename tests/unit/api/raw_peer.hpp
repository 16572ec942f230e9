// A client that may misbehave: it writes bytes, not requests.
#pragma once

#include <cerrno>
#include <optional>
#include <string>
#include <string_view>

#include <sys/socket.h>

#include "dataplane/api/descriptor.hpp"
#include "dataplane/api/frame.hpp"
#include "dataplane/api/socket_address.hpp"

namespace sluice::test {

class RawPeer {
public:
    explicit RawPeer(const std::string& path)
        : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        const auto address = api::socket_address(path).value();
        connected_ = ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }

    [[nodiscard]] bool connected() const { return connected_; }
    bool write(std::string_view bytes) const
    {
        return ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
    }
    bool write(const api::Request& request) const
    {
        std::string frame;
        return api::append_frame(request, frame) && write(frame);
    }
    // The next reply, waiting up to five seconds; nullopt when none came. ended() tells whether the server hung up.
    [[nodiscard]] std::optional<api::Reply> read()
    {
        const timeval patience{5, 0};
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        for (;;) {
            const auto message = reader_.next();
            if (message && *message) {
                api::Reply reply;
                if (!reply.ParseFromArray((*message)->data(), static_cast<int>((*message)->size())))
                    return std::nullopt;
                return reply;
            }
            char piece[4096];
            const ssize_t count = ::recv(socket_.get(), piece, sizeof piece, 0);
            ended_ = count == 0 || (count < 0 && errno == ECONNRESET);
            if (count <= 0) return std::nullopt;
            reader_.append({piece, static_cast<std::size_t>(count)});
        }
    }

    // True when the server ended the connection; whatever it sent before is read and dropped.
    [[nodiscard]] bool ended()
    {
        while (read()) {
        }
        return ended_;
    }

private:
    api::Descriptor socket_;
    api::FrameReader reader_;
    bool connected_ = false;
    bool ended_ = false;
};

inline api::Request hello(std::uint64_t id = 1)
{
    api::Request request;
    request.set_id(id);
    request.mutable_hello()->set_version(api::version);
    request.mutable_hello()->set_program("test");
    return request;
}

} // namespace sluice::test
