// connect(2), epoll(7).
#include "control/health/sockets.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace sluice::control::health {
namespace {

Outcome outcome_of(int error)
{
    using Kind = Outcome::Kind;
    switch (error) {
    case 0:
        return {Kind::answered, {}};
    case ECONNREFUSED:
        return {Kind::failed, "connection refused"};
    case ETIMEDOUT:
        return {Kind::failed, "connect timed out"};
    case EHOSTUNREACH:
    case ENETUNREACH:
        return {Kind::failed, error == EHOSTUNREACH ? "host unreachable" : "no route"};
    case ECONNRESET:
        return {Kind::failed, "connection reset"};
    case EADDRNOTAVAIL: // all our ports are in use, or the namespace has no address
    case EAGAIN:
    case ENOBUFS:
    case ENOMEM:
    case EACCES: // a packet filter of ours
    case EPERM:
        return {Kind::not_tried, std::strerror(error)};
    default:
        return {Kind::failed, std::strerror(error)};
    }
}

int start_connect(int socket, const Target& target)
{
    const std::string packed = target.address.packed();
    if (target.address.is_v4()) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(target.port);
        std::copy(packed.begin(), packed.end(), reinterpret_cast<char*>(&to.sin_addr));
        return ::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    }
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(target.port);
    std::copy(packed.begin(), packed.end(), reinterpret_cast<char*>(&to.sin6_addr));
    return ::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

bool prepare(int socket)
{
    const linger end_by_reset{1, 0};
    const int flags = ::fcntl(socket, F_GETFL);
    return flags >= 0 && ::fcntl(socket, F_SETFL, flags | O_NONBLOCK) == 0 &&
           ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &end_by_reset, sizeof end_by_reset) == 0;
}

int error_of(int socket)
{
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

} // namespace

Result<api::Descriptor> open_here(const std::string&, int family)
{
    api::Descriptor socket(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket) return fail("socket", std::strerror(errno));
    return socket;
}

Sockets::Sockets(OpenSocket open)
    : open_socket_(std::move(open))
    , epoll_(::epoll_create1(EPOLL_CLOEXEC))
{
}

std::optional<Outcome> Sockets::begin(std::uint64_t id, const Target& target)
{
    const auto ours = [](std::string why) { return Outcome{Outcome::Kind::not_tried, std::move(why)}; };
    auto opened = open_socket_(target.network, target.address.is_v4() ? AF_INET : AF_INET6);
    if (!opened) return ours(opened.error().text());
    const api::Descriptor& socket = *opened;
    if (!prepare(socket.get())) return ours(std::strerror(errno));
    if (start_connect(socket.get(), target) == 0) return outcome_of(0);
    if (errno != EINPROGRESS) return outcome_of(errno);
    epoll_event wanted{};
    wanted.events = EPOLLOUT; // an error raises EPOLLERR unasked
    wanted.data.u64 = id;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket.get(), &wanted) != 0) return ours(std::strerror(errno));
    open_.insert_or_assign(id, std::move(*opened));
    return std::nullopt;
}

void Sockets::collect(const std::function<void(std::uint64_t, const Outcome&)>& ended)
{
    std::array<epoll_event, 256> events;
    for (;;) {
        const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 0);
        if (count <= 0) return;
        for (int i = 0; i < count; ++i) {
            const std::uint64_t id = events[static_cast<std::size_t>(i)].data.u64; // the kernel's packed struct
            const auto found = open_.find(id);
            if (found == open_.end()) continue;
            const Outcome outcome = outcome_of(error_of(found->second.get()));
            open_.erase(found);
            ended(id, outcome);
        }
    }
}

} // namespace sluice::control::health
