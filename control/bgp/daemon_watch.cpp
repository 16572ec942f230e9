// pidfd_open(2): its descriptor becomes readable when the process ends. Needs no right over the process.
#include "control/bgp/daemon_watch.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>

#include <poll.h>
#include <sys/syscall.h>

namespace sluice::control::bgp {
namespace {

api::Descriptor open_life(const std::string& file)
{
    pid_t pid = 0;
    if (!(std::ifstream(file) >> pid) || pid <= 0) return api::Descriptor();
    api::Descriptor life(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    return life;
}

bool has_ended(const api::Descriptor& life)
{
    pollfd waiting{life.get(), POLLIN, 0};
    return ::poll(&waiting, 1, 0) == 1;
}

} // namespace

void DaemonWatch::watch(const std::vector<std::string>& files, Clock::time_point now)
{
    const auto same = [](const Daemon& daemon, const std::string& file) { return daemon.file == file; };
    if (std::equal(daemons_.begin(), daemons_.end(), files.begin(), files.end(), same)) return;
    daemons_.clear();
    for (const std::string& file : files)
        daemons_.push_back({file, api::Descriptor(), now});
    look(now);
}

void DaemonWatch::look(Clock::time_point now)
{
    for (Daemon& daemon : daemons_) {
        if (daemon.life && has_ended(daemon.life)) {
            daemon.life.reset();
            daemon.gone_since = now;
        }
        if (daemon.life) continue;
        daemon.life = open_life(daemon.file);
        if (daemon.life && has_ended(daemon.life)) daemon.life.reset(); // a zombie, which nobody waited for
    }
}

std::optional<DaemonWatch::Clock::time_point> DaemonWatch::gone_since() const
{
    std::optional<Clock::time_point> first;
    for (const Daemon& daemon : daemons_)
        if (!daemon.life && (!first || daemon.gone_since < *first)) first = daemon.gone_since;
    return first;
}

std::string DaemonWatch::gone() const
{
    std::string files;
    for (const Daemon& daemon : daemons_)
        if (!daemon.life) files += (files.empty() ? "" : ", ") + daemon.file;
    return files;
}

std::vector<int> DaemonWatch::descriptors() const
{
    std::vector<int> out;
    for (const Daemon& daemon : daemons_)
        if (daemon.life) out.push_back(daemon.life.get());
    return out;
}

} // namespace sluice::control::bgp
