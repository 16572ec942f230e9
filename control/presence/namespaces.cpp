// The asking side.
#include "control/presence/namespaces.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control/presence/helper.hpp"
#include "control/presence/messages.hpp"

namespace sluice::control::presence {
namespace {

const char* const all_namespaces = "/run/netns";

// The answer and what travels beside it; false: the helper is gone.
bool receive(int from, Answer& answer, api::Descriptor& beside)
{
    iovec part{&answer, sizeof answer};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    ssize_t size = 0;
    do
        size = ::recvmsg(from, &message, MSG_CMSG_CLOEXEC);
    while (size < 0 && errno == EINTR);
    if (size != static_cast<ssize_t>(sizeof answer)) return false;
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (header != nullptr && header->cmsg_type == SCM_RIGHTS) {
        int descriptor = -1;
        std::memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
        beside = api::Descriptor(descriptor);
    }
    return true;
}

} // namespace

std::string Namespaces::name_of(const std::string& node, const std::string& network)
{
    return node + "@" + network;
}

Result<std::unique_ptr<Namespaces>> Namespaces::start(const std::string& node, const std::string& netns)
{
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return fail("vpc namespaces", std::string("socket pair: ") + std::strerror(errno));
    api::Descriptor ours(ends[0]);
    api::Descriptor theirs(ends[1]);
    const std::string prefix = name_of(node, "");
    const pid_t pid = ::fork();
    if (pid < 0) return fail("vpc namespaces", std::string("fork: ") + std::strerror(errno));
    if (pid == 0) {
        ours.reset();
        run_helper(std::move(theirs), prefix, netns);
    }
    return std::unique_ptr<Namespaces>(new Namespaces(prefix, !netns.empty(), std::move(ours), pid));
}

Namespaces::Namespaces(std::string prefix, bool own, api::Descriptor helper, pid_t pid)
    : prefix_(std::move(prefix))
    , own_(own)
    , helper_(std::move(helper))
    , pid_(pid)
{
}

Namespaces::~Namespaces()
{
    helper_.reset();
    (void)::waitpid(pid_, nullptr, 0);
}

Result<api::Descriptor> Namespaces::socket(const std::string& network, int family, int type, int protocol)
{
    return ask(Ask::socket, network == "public" ? "" : network, family, type, protocol);
}

Result<api::Descriptor> Namespaces::make(const std::string& network)
{
    return ask(Ask::make, network);
}

Result<void> Namespaces::remove(const std::string& network)
{
    auto removed = ask(Ask::remove, network);
    if (!removed) return tl::unexpected(std::move(removed.error()));
    return {};
}

std::vector<std::string> Namespaces::present() const
{
    std::vector<std::string> networks;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(all_namespaces, none)) {
        const std::string name = entry.path().filename();
        if (name.starts_with(prefix_)) networks.push_back(name.substr(prefix_.size()));
    }
    return networks;
}

Result<api::Descriptor> Namespaces::ask(Ask what, const std::string& network, int family, int type, int protocol)
{
    const std::string where = "namespace " + prefix_ + network;
    Question question{what, family, type, protocol, {}};
    if (network.size() >= question.network.size()) return fail(where, "its name is too long");
    std::copy(network.begin(), network.end(), question.network.begin());
    Answer answer;
    api::Descriptor beside;
    const std::lock_guard lock(mutex_);
    if (::send(helper_.get(), &question, sizeof question, MSG_NOSIGNAL) < 0 || !receive(helper_.get(), answer, beside))
        return fail(where, "the process that may enter it is gone; restart sluice-control");
    if (answer.error != 0)
        return fail(where, std::string("cannot ") + answer.where.data() + ": " + std::strerror(answer.error));
    return beside;
}

} // namespace sluice::control::presence
