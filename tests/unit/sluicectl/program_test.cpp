// The program itself: exit codes and streams, its help, and what bash completes. The build sets SLUICECTL.
#include <catch2/catch.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <sys/wait.h>

#include "tests/support/temporary_folder.hpp"
#include "tools/sluicectl/command.hpp"

namespace sluice::ctl {
namespace {

struct Ran {
    int exit = -1;
    std::string out; // of both streams, as redirected
};

Ran shell(const std::string& command)
{
    Ran ran;
    std::FILE* pipe = ::popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    char piece[4096];
    while (const std::size_t count = std::fread(piece, 1, sizeof piece, pipe))
        ran.out.append(piece, count);
    const int status = ::pclose(pipe);
    if (WIFEXITED(status)) ran.exit = WEXITSTATUS(status);
    return ran;
}

Ran sluicectl(const std::string& words)
{
    const char* program = std::getenv("SLUICECTL");
    if (program == nullptr) FAIL("set SLUICECTL to the program, or run this by `meson test`");
    return shell(program + (" " + words));
}

// What bash offers for the last of these words.
std::string completed(const std::string& script, const std::string& words)
{
    const std::string quoted = "COMP_WORDS=(sluicectl " + words + "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); ";
    return shell("bash -c 'source " + script + "; " + quoted + "_sluicectl; echo ${COMPREPLY[@]}'").out;
}

} // namespace

TEST_CASE("exit codes: fine, a finding, wrong usage, no answer")
{
    const test::TemporaryFolder empty;
    CHECK(sluicectl("help >/dev/null").exit == 0);
    CHECK(sluicectl("check /dev/null 2>/dev/null").exit == 1);
    CHECK(sluicectl("2>/dev/null bogus").exit == 2);
    CHECK(sluicectl("2>/dev/null status --colour").exit == 2);
    CHECK(sluicectl("2>/dev/null check").exit == 2);
    CHECK(sluicectl("2>/dev/null drops --check --last").exit == 2);
    CHECK(sluicectl("2>/dev/null drops --run-dir " + empty.path().string()).exit == 3);
}

TEST_CASE("what is wrong goes to standard error, and JSON is said in every case")
{
    const test::TemporaryFolder empty;
    const std::string there = " --run-dir " + empty.path().string();
    CHECK(sluicectl("bogus 2>/dev/null").out.empty());
    CHECK(sluicectl("bogus 2>&1 >/dev/null").out == "sluicectl: there is no command 'bogus'; see `sluicectl help`\n");
    CHECK(sluicectl("drops 2>/dev/null" + there).out.empty());
    const Ran json = sluicectl("drops --json 2>/dev/null" + there);
    CHECK(json.out.find("\"error\": \"" + empty.file("dataplane.sock") + ": nobody answers") != std::string::npos);
}

TEST_CASE("help lists every command, and each manual every option")
{
    const std::string overview = sluicectl("help").out;
    for (const Command& command : commands()) {
        INFO(command.name);
        CHECK(overview.find("  " + std::string(command.name)) != std::string::npos);
        const std::string manual = sluicectl("help " + std::string(command.name)).out;
        CHECK(manual.find(std::string(command.summary)) != std::string::npos);
        for (const Option& option : command.options)
            CHECK(manual.find("--" + std::string(option.name)) != std::string::npos);
        CHECK((manual.find("--watch") != std::string::npos) == command.reads);
    }
}

TEST_CASE("bash completes commands, options and files")
{
    const test::TemporaryFolder folder;
    const std::string script = folder.file("completion");
    std::ofstream(script) << sluicectl("completion bash").out;
    REQUIRE(shell("bash -n " + script).exit == 0);
    CHECK(completed(script, "se") == "services sessions\n");
    CHECK(completed(script, "sessions --p") == "--port --protocol\n");
    CHECK(completed(script, "--node status dro") == "drops\n"); // the node's name is no command
    CHECK(completed(script, "help ro") == "routes rollback\n");
    std::ofstream(folder.file("gateway.yaml")) << "";
    CHECK(completed(script, "check " + folder.file("gate")) == folder.file("gateway.yaml") + "\n");
    for (const Command& command : commands())
        CHECK(completed(script, std::string(command.name)).find(command.name) == 0);
}

} // namespace sluice::ctl
