// Raw system calls: those of the C library change the whole process.
#include "control/bgp/identity.hpp"

#include <cerrno>
#include <cstring>
#include <vector>

#include <grp.h>
#include <pwd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "control/privileges.hpp"

namespace sluice::control::bgp {

Result<void> become(const std::string& user)
{
    passwd entry{};
    passwd* found = nullptr;
    std::vector<char> buffer(16'384);
    if (::getpwnam_r(user.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return fail("user " + user, "does not exist; is FRR installed?");
    std::vector<gid_t> groups(64);
    int count = static_cast<int>(groups.size());
    if (::getgrouplist(user.c_str(), entry.pw_gid, groups.data(), &count) < 0)
        return fail("user " + user, "is in more than 64 groups");
    const bool done = ::syscall(SYS_setgroups, count, groups.data()) == 0 &&
                      ::syscall(SYS_setresgid, entry.pw_gid, entry.pw_gid, entry.pw_gid) == 0 &&
                      ::syscall(SYS_setresuid, entry.pw_uid, entry.pw_uid, entry.pw_uid) == 0;
    if (!done) return fail("user " + user, std::string("cannot be taken on: ") + std::strerror(errno));
    return keep_capabilities({});
}

} // namespace sluice::control::bgp
