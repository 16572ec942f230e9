// The answering end: the listening socket, epoll, and the life of connections.
#include "dataplane/api/server.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dataplane/api/connection.hpp"
#include "dataplane/api/descriptor.hpp"
#include "dataplane/api/socket_address.hpp"

namespace sluice::api {
namespace {

constexpr int backlog = 16;
constexpr mode_t socket_mode = 0660;

Descriptor stream_socket()
{
    return Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

bool watch(int epoll, int operation, int descriptor, std::uint32_t events)
{
    epoll_event event{};
    event.events = events;
    event.data.fd = descriptor;
    return epoll_ctl(epoll, operation, descriptor, &event) == 0;
}

// Only a refused connection proves that nobody serves the socket any more; a full backlog means that somebody does.
Result<void> remove_stale(const std::string& path, const sockaddr_un& address)
{
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return {};
    if (!S_ISSOCK(status.st_mode)) return fail(path, "exists and is no socket; remove it or choose another name");
    const Descriptor probe = stream_socket();
    const int answered = ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    if (answered == 0 || errno == EAGAIN) return fail(path, "another process answers there; stop it first");
    if (errno != ECONNREFUSED)
        return fail(path, std::string("cannot tell whether it is in use: ") + std::strerror(errno));
    if (::unlink(path.c_str()) != 0)
        return fail(path, std::string("stale, and cannot be removed: ") + std::strerror(errno));
    return {};
}

Result<Descriptor> bind_and_listen(const std::string& path)
{
    const auto address = socket_address(path);
    if (!address) return tl::unexpected(address.error());
    std::error_code made;
    if (const auto folder = std::filesystem::path(path).parent_path(); !folder.empty())
        std::filesystem::create_directories(folder, made);
    if (made) return fail(path, "cannot create its folder: " + made.message());
    if (const auto removed = remove_stale(path, *address); !removed) return tl::unexpected(removed.error());
    Descriptor listener = stream_socket();
    // The mode is set before listen(2): until then every connection is refused, whatever the umask made of the mode.
    if (!listener || ::bind(listener.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0 ||
        ::chmod(path.c_str(), socket_mode) != 0 || ::listen(listener.get(), backlog) != 0)
        return fail(path, std::string("cannot listen: ") + std::strerror(errno));
    return listener;
}

Peer peer_of(int descriptor)
{
    ucred credentials{};
    socklen_t length = sizeof credentials;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) return {~0U, 0, false};
    return {credentials.uid, static_cast<unsigned>(credentials.pid),
            credentials.uid == 0 || credentials.uid == ::geteuid()};
}

class EpollServer final : public Server {
public:
    EpollServer(std::string path, Descriptor listener, Descriptor epoll, Handler handler, const Limits& limits)
        : path_(std::move(path))
        , listener_(std::move(listener))
        , epoll_(std::move(epoll))
        , handler_(std::move(handler))
        , limits_(limits)
    {
        if (::lstat(path_.c_str(), &identity_) != 0) identity_ = {};
    }

    ~EpollServer() override
    {
        struct stat now {};
        const bool ours =
            ::lstat(path_.c_str(), &now) == 0 && now.st_ino == identity_.st_ino && now.st_dev == identity_.st_dev;
        if (ours) ::unlink(path_.c_str());
    }

    void poll(int timeout_ms) override
    {
        std::array<epoll_event, 64> ready;
        const int count = ::epoll_wait(epoll_.get(), ready.data(), static_cast<int>(ready.size()), timeout_ms);
        for (int i = 0; i < count; ++i) {
            const epoll_event& event = ready[static_cast<std::size_t>(i)];
            if (event.data.fd == listener_.get())
                accept_all();
            else if (const auto found = connections_.find(event.data.fd); found != connections_.end())
                serve(found->second, event.events);
        }
        sweep();
    }

    void broadcast(const Reply& event) override
    {
        Reply numbered = event;
        numbered.set_id(0);
        for (auto& [descriptor, connection] : connections_) {
            if (!connection.wants_events()) continue;
            connection.send(numbered);
            watch_for_room(connection);
        }
    }

    bool is_connected(unsigned pid) const override
    {
        return std::any_of(connections_.begin(), connections_.end(),
                           [&](const auto& entry) { return entry.second.is_greeted_by(pid); });
    }

    int descriptor() const override { return epoll_.get(); }

private:
    void accept_all()
    {
        for (;;) {
            Descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
            if (!socket) return;
            const int descriptor = socket.get();
            if (connections_.size() >= limits_.connections || !watch(epoll_.get(), EPOLL_CTL_ADD, descriptor, EPOLLIN))
                continue; // closed as it goes out of scope
            connections_.try_emplace(descriptor, std::move(socket), peer_of(descriptor), limits_);
        }
    }

    void serve(Connection& connection, std::uint32_t events)
    {
        if ((events & EPOLLOUT) != 0) connection.flush();
        if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) connection.receive(handler_);
        watch_for_room(connection);
    }

    void watch_for_room(Connection& connection)
    {
        const bool wanted = connection.has_pending() && !connection.is_cut();
        if (wanted == connection.write_watched) return;
        const std::uint32_t events = wanted ? EPOLLIN | EPOLLOUT : EPOLLIN;
        if (watch(epoll_.get(), EPOLL_CTL_MOD, connection.descriptor(), events)) connection.write_watched = wanted;
    }

    // Connections go only here, so that a handler may broadcast while one of them is being served.
    void sweep()
    {
        const auto now = Connection::Clock::now();
        std::erase_if(connections_,
                      [&](const auto& entry) { return entry.second.is_cut() || entry.second.is_stalled(now); });
    }

    std::string path_;
    struct stat identity_ {}; // of our socket, so that a successor's is not unlinked
    Descriptor listener_;
    Descriptor epoll_;
    Handler handler_;
    Limits limits_;
    std::map<int, Connection> connections_;
};

} // namespace

Result<std::unique_ptr<Server>> Server::listen(const std::string& path, Handler handler, Limits limits)
{
    auto listener = bind_and_listen(path);
    if (!listener) return tl::unexpected(listener.error());
    Descriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
    if (!epoll || !watch(epoll.get(), EPOLL_CTL_ADD, listener->get(), EPOLLIN))
        return fail(path, std::string("epoll: ") + std::strerror(errno));
    return std::make_unique<EpollServer>(path, std::move(*listener), std::move(epoll), std::move(handler), limits);
}

} // namespace sluice::api
