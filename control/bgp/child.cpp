// posix_spawn(3): no code of ours runs between fork and exec, so other threads do not matter. The child has the
// identity of the calling thread.
#include "control/bgp/child.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>

#include "dataplane/api/descriptor.hpp"

namespace sluice::control::bgp {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_said = 16'384;

struct Pipe {
    api::Descriptor read;
    api::Descriptor write;
};

Pipe make_pipe()
{
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) ends = {-1, -1};
    return {api::Descriptor(ends[0]), api::Descriptor(ends[1])};
}

// 0: no child.
pid_t spawn(const std::vector<std::string>& command, int output)
{
    std::vector<std::string> words{"/bin/sh", "-c", "umask 077; exec \"$@\"", "sh"};
    words.insert(words.end(), command.begin(), command.end());
    std::vector<char*> arguments;
    for (std::string& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::array<std::string, 2> settings{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"};
    std::array<char*, 3> environment{settings[0].data(), settings[1].data(), nullptr};

    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none; // ours are blocked for a signalfd
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setpgroup(&attributes, 0); // what it starts itself ends with it
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    pid_t pid = 0;
    const int error = posix_spawn(&pid, arguments[0], &files, &attributes, arguments.data(), environment.data());
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    errno = error;
    return error == 0 ? pid : 0;
}

// Until the last writer is gone; false: not before the deadline.
bool read_all(int from, Clock::time_point deadline, std::string& said)
{
    std::array<char, 4096> bytes;
    while (true) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        pollfd waiting{from, POLLIN, 0};
        if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) == 0) return false;
        const ssize_t got = ::read(from, bytes.data(), bytes.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return true;
        said.append(bytes.data(), static_cast<std::size_t>(got));
        if (said.size() > most_said) said.erase(0, said.size() - most_said);
    }
}

} // namespace

Result<Ended> run_child(const std::vector<std::string>& command, std::chrono::milliseconds patience)
{
    Pipe pipe = make_pipe();
    const pid_t pid = pipe.read ? spawn(command, pipe.write.get()) : 0;
    if (pid == 0) return fail(command.front(), std::string("cannot be started: ") + std::strerror(errno));
    pipe.write.reset();
    Ended ended;
    const bool in_time = read_all(pipe.read.get(), Clock::now() + patience, ended.said);
    if (!in_time) ::kill(-pid, SIGKILL);
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (!in_time) return fail(command.front(), "did not end within " + std::to_string(patience.count()) + " ms");
    ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return ended;
}

} // namespace sluice::control::bgp
