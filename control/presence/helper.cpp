// Namespaces as iproute2 keeps them: a file under /run/netns with the namespace mounted on it (ip-netns(8)). Mounts are
// made where the host's first process sees them: in a mount namespace of our own (`ip netns exec` and systemd make
// such) they would vanish with us, and each restart would meet an empty file.
#include "control/presence/helper.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "control/feeds/netlink/namespace.hpp"
#include "control/presence/messages.hpp"
#include "control/privileges.hpp"

namespace sluice::control::presence {
namespace {

const std::string folder = "/run/netns/";

Answer answer_of(const char* where, int error = errno)
{
    Answer answer;
    answer.error = error;
    std::strncpy(answer.where.data(), where, answer.where.size() - 1);
    return answer;
}

api::Descriptor open_file(const std::string& path)
{
    return api::Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

// A file on which nothing is mounted is what a lost mount leaves.
bool is_namespace(const api::Descriptor& file)
{
    struct statfs about {};
    return file && ::fstatfs(file.get(), &about) == 0 && about.f_type == NSFS_MAGIC;
}

void see_mounts_of_the_host()
{
    const api::Descriptor host = open_file("/proc/1/ns/mnt");
    if (host) (void)::setns(host.get(), CLONE_NEWNS); // refused: a namespace lives as long as this mount namespace
}

class Helper {
public:
    Helper(std::string prefix, const std::string& netns)
        : prefix_(std::move(prefix))
        , home_(open_file(netns.empty() ? "/proc/self/ns/net" : folder + netns))
    {
    }

    // Home again after each: a namespace that is removed must not live on because we are in it.
    Answer answer(const Question& question, api::Descriptor& out) const
    {
        const Answer answer = try_to(question, out);
        (void)::setns(home_.get(), CLONE_NEWNET);
        return answer;
    }

private:
    Answer try_to(const Question& question, api::Descriptor& out) const
    {
        const std::string network(question.network.data(), ::strnlen(question.network.data(), 255));
        if (network.find('/') != std::string::npos) return answer_of("name", EINVAL);
        const std::string path = folder + prefix_ + network;
        switch (question.what) {
        case Ask::make:
            return network.empty() ? answer_of("name", EINVAL) : make(path, out);
        case Ask::remove:
            return network.empty() ? answer_of("name", EINVAL) : remove(path);
        case Ask::socket:
            return open_socket(question, network.empty() ? "" : path, out);
        }
        return answer_of("question", EINVAL);
    }

    static Answer make(const std::string& path, api::Descriptor& out)
    {
        out = open_file(path);
        if (is_namespace(out)) return {};
        if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) return answer_of("make /run/netns");
        const api::Descriptor file(::open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0444));
        if (!file) return answer_of("make its file");
        if (::unshare(CLONE_NEWNET) != 0) return answer_of("make a namespace");
        // A new namespace takes over switches of the host's.
        if (!netlink::forbid_forwarding()) return answer_of("switch its forwarding off", EPERM);
        if (::mount("/proc/self/ns/net", path.c_str(), "none", MS_BIND, nullptr) != 0) return answer_of("mount it");
        out = open_file(path);
        return out ? Answer{} : answer_of("open it");
    }

    static Answer remove(const std::string& path)
    {
        if (::umount2(path.c_str(), MNT_DETACH) != 0 && errno != EINVAL && errno != ENOENT)
            return answer_of("unmount it");
        if (::unlink(path.c_str()) != 0 && errno != ENOENT) return answer_of("remove its file");
        return {};
    }

    Answer open_socket(const Question& question, const std::string& path, api::Descriptor& out) const
    {
        if (question.family != AF_INET && question.family != AF_INET6 && question.family != AF_NETLINK)
            return answer_of("family", EAFNOSUPPORT);
        const api::Descriptor there = path.empty() ? api::Descriptor() : open_file(path);
        if (!path.empty() && !there) return answer_of("open it");
        if (::setns(path.empty() ? home_.get() : there.get(), CLONE_NEWNET) != 0) return answer_of("enter it");
        out = api::Descriptor(::socket(question.family, question.type | SOCK_CLOEXEC, question.protocol));
        return out ? Answer{} : answer_of("open a socket");
    }

    std::string prefix_;
    api::Descriptor home_;
};

bool send(int to, const Answer& answer, const api::Descriptor& beside)
{
    iovec part{const_cast<Answer*>(&answer), sizeof answer};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    if (beside) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        const int descriptor = beside.get();
        std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    }
    return ::sendmsg(to, &message, MSG_NOSIGNAL) >= 0;
}

} // namespace

void run_helper(api::Descriptor questions, const std::string& prefix, const std::string& netns)
{
    ::prctl(PR_SET_NAME, "vpc-namespaces");
    const auto kept = static_cast<unsigned>(questions.get());
    (void)::close_range(3, kept - 1, 0); // what our parent had open is not ours
    (void)::close_range(kept + 1, ~0U, 0);
    const Helper helper(prefix, netns); // names of the host's files, before the mounts are others
    see_mounts_of_the_host();
    if (!keep_capabilities({CAP_SYS_ADMIN})) std::_Exit(EXIT_FAILURE);
    Question question;
    for (;;) {
        const ssize_t size = ::recv(questions.get(), &question, sizeof question, 0);
        if (size < 0 && errno == EINTR) continue;
        if (size != static_cast<ssize_t>(sizeof question)) std::_Exit(EXIT_SUCCESS);
        api::Descriptor beside;
        const Answer answer = helper.answer(question, beside);
        if (answer.error != 0) beside.reset();
        if (!send(questions.get(), answer, beside)) std::_Exit(EXIT_SUCCESS);
    }
}

} // namespace sluice::control::presence
