// setns(2) for one thread, and the sysctls that make a namespace the node's own.
#include "control/feeds/netlink/namespace.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "dataplane/api/descriptor.hpp"

namespace sluice::control::netlink {
namespace {

const std::string ipv4 = "/proc/sys/net/ipv4/conf/";
const std::string ipv6 = "/proc/sys/net/ipv6/conf/";

// Reads before it writes, so that a namespace which is right already needs no permission.
Result<void> switch_off(const std::string& path)
{
    const api::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file && errno == ENOENT && path.starts_with(ipv6)) return {}; // a kernel without IPv6 forwards none
    char value = 0;
    if (!file || ::read(file.get(), &value, 1) != 1) return fail(path, std::strerror(errno));
    if (value == '0') return {};
    const api::Descriptor writable(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!writable || ::write(writable.get(), "0", 1) != 1)
        return fail(path, std::string("cannot be set to 0: ") + std::strerror(errno));
    return {};
}

Result<void> switch_off_all(const std::array<std::string, 5>& paths)
{
    for (const std::string& path : paths)
        if (auto off = switch_off(path); !off) return off;
    return {};
}

} // namespace

Result<void> enter(const std::string& netns)
{
    if (netns.empty()) return {};
    const std::string path = "/run/netns/" + netns;
    const api::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file)
        return fail("node.netns", path + ": " + std::strerror(errno) + "; make it by 'ip netns add " + netns + "'");
    if (::setns(file.get(), CLONE_NEWNET) != 0)
        return fail("node.netns", "cannot enter " + path + ": " + std::strerror(errno) + "; that needs CAP_SYS_ADMIN");
    return {};
}

Result<void> forbid_forwarding()
{
    return switch_off_all({ipv4 + "all/forwarding", ipv4 + "all/rp_filter", ipv4 + "default/rp_filter",
                           ipv6 + "all/forwarding", ipv6 + "default/accept_ra"});
}

Result<void> forbid_forwarding(const std::string& interface)
{
    return switch_off_all({ipv4 + interface + "/forwarding", ipv4 + interface + "/rp_filter",
                           ipv6 + interface + "/forwarding", ipv6 + interface + "/accept_ra",
                           ipv6 + interface + "/accept_redirects"});
}

} // namespace sluice::control::netlink
