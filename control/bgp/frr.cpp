#include "control/bgp/frr.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "control/bgp/child.hpp"
#include "dataplane/api/descriptor.hpp"

namespace sluice::control::bgp {
namespace {

constexpr std::chrono::seconds patience{60}; // some forty runs of vtysh on a busy machine
const std::string reload_program = "/usr/lib/frr/frr-reload.py";

Result<void> write_whole(const std::string& path, const std::string& text)
{
    const std::string made = path + ".new";
    const api::Descriptor file(::open(made.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640));
    const bool written = file && ::fchmod(file.get(), 0640) == 0 &&
                         ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                         ::fsync(file.get()) == 0 && ::rename(made.c_str(), path.c_str()) == 0;
    if (!written) return fail(path, std::string("cannot be written: ") + std::strerror(errno));
    return {};
}

std::string content(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// A daemon that was killed leaves its socket behind; nobody answers there.
bool listens(const std::string& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return false;
    path.copy(address.sun_path, path.size());
    const api::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

// frr-reload marks its errors with colours; the last line says what went wrong.
std::string last_line(std::string text)
{
    while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
        text.pop_back();
    std::string line = text.substr(text.find_last_of('\n') + 1);
    std::erase_if(line, [](char c) { return c < ' ' || c > '~'; });
    return line.substr(0, 300);
}

} // namespace

Frr::Frr(std::string space)
    : space_(std::move(space))
    , settings_("/etc/frr/" + space_)
    , run_("/run/frr/" + space_)
{
}

Result<bool> Frr::write(const std::string& text) const
{
    if (::mkdir(settings_.c_str(), 0750) != 0 && errno != EEXIST)
        return fail(settings_, std::string("cannot be made: ") + std::strerror(errno));
    const std::string vtysh = settings_ + "/vtysh.conf";
    if (::access(vtysh.c_str(), F_OK) != 0)
        if (const auto written = write_whole(vtysh, "service integrated-vtysh-config\n"); !written)
            return tl::unexpected(written.error());
    if (content(settings_ + "/frr.conf") == text) return false;
    if (const auto written = write_whole(settings_ + "/frr.conf", text); !written)
        return tl::unexpected(written.error());
    return true;
}

// Without --stdout the changes would be logged, passwords and all.
Result<void> Frr::reload() const
{
    const auto ended = run_child({reload_program, "--reload", "--stdout", "--log-level", "error", "--pathspace", space_,
                                  "--rundir", run_, settings_ + "/frr.conf"},
                                 patience);
    if (!ended) return tl::unexpected(ended.error());
    if (ended->status == 0) return {};
    return fail("frr-reload", "exit " + std::to_string(ended->status) + ": " + last_line(ended->said));
}

std::string Frr::instance() const
{
    std::string out;
    for (const char* daemon : {"zebra", "bgpd", "bfdd"}) {
        if (!listens(run_ + "/" + daemon + ".vty")) return "";
        out += content(run_ + "/" + daemon + ".pid");
    }
    return out;
}

} // namespace sluice::control::bgp
