// rtnetlink(7): a dump of one link's routes; NETLINK_GET_STRICT_CHK makes the kernel leave out all others.
#include "dataplane/exception/announced_routes.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

namespace sluice::dataplane {
namespace {

struct Question {
    nlmsghdr header{};
    rtmsg route{};
    rtattr attribute{};
    unsigned link = 0;
};
static_assert(sizeof(Question) == NLMSG_LENGTH(sizeof(rtmsg)) + RTA_LENGTH(sizeof(unsigned)));

bool ask(int socket, unsigned char family, unsigned link)
{
    Question question;
    question.header.nlmsg_len = sizeof question;
    question.header.nlmsg_type = RTM_GETROUTE;
    question.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    question.route.rtm_family = family;
    question.attribute.rta_len = RTA_LENGTH(sizeof link);
    question.attribute.rta_type = RTA_OIF;
    question.link = link;
    return ::send(socket, &question, sizeof question, 0) == static_cast<ssize_t>(sizeof question);
}

struct Heard {
    bool route = false;
    bool end = false;
};

Heard listen(const char* bytes, std::size_t size, unsigned char family)
{
    Heard heard;
    const auto* message = reinterpret_cast<const nlmsghdr*>(bytes);
    for (auto left = static_cast<unsigned>(size); NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
        heard.end |= message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR;
        if (message->nlmsg_type != RTM_NEWROUTE || message->nlmsg_len < NLMSG_LENGTH(sizeof(rtmsg))) continue;
        const auto* route = static_cast<const rtmsg*>(NLMSG_DATA(message));
        heard.route |= route->rtm_family == family && route->rtm_protocol != RTPROT_KERNEL;
    }
    return heard;
}

} // namespace

Result<AnnouncedRoutes> AnnouncedRoutes::open(const std::string& link)
{
    api::Descriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    const int strict = 1;
    const timeval patience{1, 0};
    if (!socket || ::setsockopt(socket.get(), SOL_NETLINK, NETLINK_GET_STRICT_CHK, &strict, sizeof strict) != 0 ||
        ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0)
        return fail("interface " + link, std::string("no socket to ask for its routes: ") + std::strerror(errno));
    return AnnouncedRoutes(std::move(socket), ::if_nametoindex(link.c_str()));
}

bool AnnouncedRoutes::any() const
{
    return any(AF_INET) || any(AF_INET6);
}

// Read to its end even after the first route: what is left would be taken for the next answer.
bool AnnouncedRoutes::any(unsigned char family) const
{
    if (!ask(socket_.get(), family, link_)) return false;
    alignas(nlmsghdr) std::array<char, 1U << 15> buffer;
    bool found = false;
    for (;;) {
        const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return found;
        const Heard heard = listen(buffer.data(), static_cast<std::size_t>(size), family);
        found |= heard.route;
        if (heard.end) return found;
    }
}

} // namespace sluice::dataplane
