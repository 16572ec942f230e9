// sluicectl: parses one command line, runs its command, prints what came of it, once or every two seconds.
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include "tools/sluicectl/invocation.hpp"
#include "tools/sluicectl/json.hpp"
#include "tools/sluicectl/node.hpp"

namespace sluice::ctl {
namespace {

constexpr std::chrono::seconds watch_period{2};
constexpr const char* clear_screen = "\x1b[H\x1b[2J";

void complain(const std::string& text)
{
    if (!text.empty()) std::fprintf(stderr, "sluicectl: %s\n", text.c_str());
}

int code_of(Exit exit)
{
    return static_cast<int>(exit);
}

// False when nobody reads our output any more.
bool write(const std::string& text)
{
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
}

// The exit code that it comes to.
Exit print(const Report& report)
{
    bool taken = write(report.out);
    while (taken && report.has_rest()) {
        const Piece piece = report.rest();
        if (!piece) {
            complain(piece.error().text);
            return piece.error().exit;
        }
        taken = write(*piece);
    }
    complain(report.complaint);
    return taken ? report.exit : Exit::finding;
}

Exit once(const Invocation& invocation, Node& node)
{
    const Outcome outcome = invocation.command().run(invocation, node);
    if (!outcome) {
        // Who asked for JSON gets an object in every case.
        if (invocation.json()) (void)print(Report{written(Json{{"error", outcome.error().text}}, invocation)});
        complain(outcome.error().text);
        return outcome.error().exit;
    }
    return print(*outcome);
}

// Goes on while the node is away: watching is for seeing it come back. Ends with a wrong usage or with Ctrl-C.
Exit watch(const Invocation& invocation, Node& node)
{
    const bool screen = ::isatty(STDOUT_FILENO) == 1 && !invocation.json();
    for (;;) {
        if (screen) std::fputs(clear_screen, stdout);
        if (const Exit exit = once(invocation, node); exit == Exit::usage || std::ferror(stdout) != 0) return exit;
        std::this_thread::sleep_for(watch_period);
    }
}

} // namespace
} // namespace sluice::ctl

int main(int argc, char** argv)
{
    using namespace sluice::ctl;
    const auto invocation = Invocation::parse(std::vector<std::string>(argv + 1, argv + argc));
    if (!invocation) {
        complain(invocation.error().text + "; see `sluicectl help`");
        return code_of(invocation.error().exit);
    }
    Node node(*invocation);
    return code_of(invocation->watch() ? watch(*invocation, node) : once(*invocation, node));
}
