// Sending, receiving, dumping. Failures come as errno; each becomes a Result here.
#include "control/feeds/netlink/socket.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace sluice::control::netlink {
namespace {

constexpr int receive_buffer_bytes = 64 << 20;
constexpr int interrupted_dump_tries = 10;
constexpr std::size_t datagrams = 32; // of one call; each has 8 KiB, one that needs more counts as lost

int deliver_one(const nlmsghdr* message, void* handler)
{
    (*static_cast<const Handler*>(handler))(*message);
    return MNL_CB_OK;
}

tl::unexpected<Error> system_error(const std::string& where)
{
    return fail(where, std::strerror(errno));
}

} // namespace

Result<Socket> Socket::open()
{
    Socket opened;
    opened.socket_.reset(mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC));
    if (!opened.socket_ || mnl_socket_bind(opened.socket_.get(), 0, MNL_SOCKET_AUTOPID) < 0)
        return system_error("netlink socket");
    return opened;
}

Result<Socket> Socket::take(api::Descriptor opened)
{
    Socket taken;
    taken.socket_.reset(mnl_socket_fdopen(opened.get()));
    if (!taken.socket_) return system_error("netlink socket");
    opened.release();
    if (mnl_socket_bind(taken.socket_.get(), 0, MNL_SOCKET_AUTOPID) < 0) return system_error("netlink socket");
    return taken;
}

Result<void> Socket::subscribe(const std::vector<unsigned>& groups)
{
    // Without CAP_NET_ADMIN the kernel gives less than asked; overflows are then more likely, and are mended as ever.
    const int bytes = receive_buffer_bytes;
    if (setsockopt(descriptor(), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
        (void)setsockopt(descriptor(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    for (unsigned group : groups)
        if (mnl_socket_setsockopt(socket_.get(), NETLINK_ADD_MEMBERSHIP, &group, sizeof group) < 0)
            return system_error("netlink group " + std::to_string(group));
    return {};
}

Result<Received> Socket::read(const std::function<void(std::string_view)>& use)
{
    std::array<iovec, datagrams> rooms;
    std::array<mmsghdr, datagrams> headers{};
    const std::size_t room = buffer_.size() / datagrams;
    for (std::size_t i = 0; i < datagrams; ++i) {
        rooms[i] = {buffer_.data() + i * room, room};
        headers[i].msg_hdr.msg_iov = &rooms[i];
        headers[i].msg_hdr.msg_iovlen = 1;
    }
    const int count = ::recvmmsg(descriptor(), headers.data(), headers.size(), MSG_DONTWAIT, nullptr);
    if (count < 0 && errno == EINTR) return Received::some;
    if (count < 0 && errno == EAGAIN) return Received::all;
    if (count < 0 && errno == ENOBUFS) return Received::overflow;
    if (count < 0) return system_error("netlink events");
    for (int i = 0; i < count; ++i) {
        const mmsghdr& header = headers[static_cast<std::size_t>(i)];
        if ((header.msg_hdr.msg_flags & MSG_TRUNC) != 0) return Received::overflow; // a dump has room for it
        use({static_cast<const char*>(header.msg_hdr.msg_iov->iov_base), header.msg_len});
    }
    return Received::some;
}

// Events have sequence and port 0: nothing to compare them with.
void deliver(std::string_view messages, const Handler& handler)
{
    mnl_cb_run(messages.data(), messages.size(), 0, 0, deliver_one, const_cast<Handler*>(&handler));
}

void Socket::drop_waiting()
{
    while (::recv(descriptor(), buffer_.data(), buffer_.size(), MSG_DONTWAIT) >= 0 || errno == ENOBUFS ||
           errno == EINTR)
        continue;
}

// One dump on one socket: an interrupted one leaves messages behind that a second on the same socket would meet.
class Dump {
public:
    explicit Dump(Socket& socket)
        : socket_(socket)
    {
    }

    // 0, or -1 with errno; EINTR: the list changed meanwhile.
    [[nodiscard]] int run(std::uint16_t type, std::uint8_t family, const Handler& handler)
    {
        if (send(type, family) < 0) return -1;
        mnl_socket* socket = socket_.socket_.get();
        std::vector<char>& buffer = socket_.buffer_;
        for (;;) {
            const ssize_t size = mnl_socket_recvfrom(socket, buffer.data(), buffer.size());
            if (size < 0) return -1;
            size_ = size;
            const int result = mnl_cb_run(buffer.data(), static_cast<std::size_t>(size), sequence,
                                          mnl_socket_get_portid(socket), deliver_one, const_cast<Handler*>(&handler));
            if (result <= MNL_CB_STOP) return result;
        }
    }

    // After EINTR: reads what the dump has left, so that the next one on this socket does not meet it.
    [[nodiscard]] bool finish()
    {
        while (!buffer_ends_it()) {
            size_ = mnl_socket_recvfrom(socket_.socket_.get(), socket_.buffer_.data(), socket_.buffer_.size());
            if (size_ < 0) return false;
        }
        return true;
    }

private:
    static constexpr std::uint32_t sequence = 1;

    [[nodiscard]] bool buffer_ends_it() const
    {
        auto left = static_cast<int>(size_);
        for (const auto* message = reinterpret_cast<const nlmsghdr*>(socket_.buffer_.data());
             mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left))
            if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR) return true;
        return false;
    }

    ssize_t send(std::uint16_t type, std::uint8_t family)
    {
        std::array<char, 64> request{};
        nlmsghdr* header = mnl_nlmsg_put_header(request.data());
        header->nlmsg_type = type;
        header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
        header->nlmsg_seq = sequence;
        // As long as the longest of the headers that may follow here; all begin with the family.
        auto* body = static_cast<ifinfomsg*>(mnl_nlmsg_put_extra_header(header, sizeof(ifinfomsg)));
        body->ifi_family = family;
        return mnl_socket_sendto(socket_.socket_.get(), header, header->nlmsg_len);
    }

    Socket& socket_;
    ssize_t size_ = 0; // of what was received last
};

Result<void> dump(std::uint16_t type, std::uint8_t family, const Handler& handler, const std::function<void()>& restart)
{
    for (int i = 0; i < interrupted_dump_tries; ++i) {
        auto socket = Socket::open();
        if (!socket) return tl::unexpected(socket.error());
        restart();
        if (Dump(*socket).run(type, family, handler) == 0) return {};
        if (errno != EINTR) break;
    }
    return system_error("netlink dump of type " + std::to_string(type));
}

Result<void> dump(Socket& socket, std::uint16_t type, std::uint8_t family, const Handler& handler,
                  const std::function<void()>& restart)
{
    for (int i = 0; i < interrupted_dump_tries; ++i) {
        restart();
        Dump attempt(socket);
        if (attempt.run(type, family, handler) == 0) return {};
        if (errno != EINTR || !attempt.finish()) break;
    }
    return system_error("netlink dump of type " + std::to_string(type));
}

Result<void> Socket::request(nlmsghdr& message)
{
    message.nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
    message.nlmsg_seq = ++sequence_;
    if (mnl_socket_sendto(socket_.get(), &message, message.nlmsg_len) < 0) return system_error("netlink request");
    const ssize_t size = mnl_socket_recvfrom(socket_.get(), buffer_.data(), buffer_.size());
    if (size < 0) return system_error("netlink answer");
    if (mnl_cb_run(buffer_.data(), static_cast<std::size_t>(size), sequence_, mnl_socket_get_portid(socket_.get()),
                   nullptr, nullptr) < 0)
        return system_error("netlink");
    return {};
}

} // namespace sluice::control::netlink
