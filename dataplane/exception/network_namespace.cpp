// setns(2) moves the calling thread only, which is why it has one of its own.
#include "dataplane/exception/network_namespace.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <thread>

#include <fcntl.h>
#include <sched.h>

#include "dataplane/api/descriptor.hpp"

namespace sluice::dataplane {
namespace {

Result<void> enter(const std::string& name)
{
    if (name.empty()) return {};
    const std::string path = namespace_path(name);
    const api::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file)
        return fail("node.netns", path + ": " + std::strerror(errno) + "; make it by 'ip netns add " + name + "'");
    if (::setns(file.get(), CLONE_NEWNET) == 0) return {};
    return fail("node.netns", "cannot enter " + path + ": " + std::strerror(errno) + "; that needs CAP_SYS_ADMIN");
}

} // namespace

std::string namespace_path(const std::string& name)
{
    return "/run/netns/" + name;
}

bool is_in_namespace(const std::string& name)
{
    std::error_code error; // one that is not there is not ours either
    return name.empty() || std::filesystem::equivalent("/proc/thread-self/ns/net", namespace_path(name), error);
}

Result<void> in_namespace(const std::string& name, const std::function<Result<void>()>& work)
{
    Result<void> result;
    std::thread([&] {
        result = enter(name);
        if (result) result = work();
    }).join();
    return result;
}

} // namespace sluice::dataplane
