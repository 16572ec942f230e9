// Command lines: every command, every option, and what is wrong usage.
#include <catch2/catch.hpp>

#include <sstream>

#include "tools/sluicectl/invocation.hpp"
#include "tools/sluicectl/node.hpp"

namespace sluice::ctl {
namespace {

using Words = std::vector<std::string>;

// The command with its required words, where it has some.
Words call(const Command& command)
{
    Words words{std::string(command.name)};
    std::istringstream arguments{std::string(command.arguments)};
    for (std::string argument; arguments >> argument;)
        if (!argument.starts_with('[')) words.push_back(command.name == "completion" ? "bash" : argument);
    return words;
}

Words with(Words words, const Words& more)
{
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

Words given(const Option& option)
{
    Words words{"--" + std::string(option.name)};
    if (!option.value.empty()) words.push_back("7");
    return words;
}

std::string usage_error(const Words& words)
{
    const auto invocation = Invocation::parse(words);
    REQUIRE_FALSE(invocation);
    REQUIRE(static_cast<int>(invocation.error().exit) == 2);
    return invocation.error().text;
}

bool offers(const Command& command, std::string_view name)
{
    for (const Option& option : command.options)
        if (option.name == name) return true;
    for (const Option& option : global_options())
        if (option.name == name) return true;
    return command.reads && name == watch_option.name;
}

} // namespace

TEST_CASE("every command is known by its name")
{
    CHECK(commands().size() == 23);
    for (const Command& command : commands()) {
        INFO(command.name);
        CHECK(find_command(command.name) == &command);
        const auto invocation = Invocation::parse(call(command));
        REQUIRE(invocation);
        CHECK(&invocation->command() == &command);
        CHECK_FALSE(command.summary.empty());
        CHECK(command.run != nullptr);
    }
    CHECK(find_command("") == nullptr);
    CHECK(find_command("statu") == nullptr);
    CHECK(usage_error({"statu"}) == "there is no command 'statu'");
}

TEST_CASE("every option of every command is taken there, and nowhere else")
{
    for (const Command& command : commands())
        for (const Command& other : commands())
            for (const Option& option : other.options) {
                INFO(command.name << " --" << option.name);
                const auto invocation = Invocation::parse(with(call(command), given(option)));
                REQUIRE(invocation.has_value() == offers(command, option.name));
                if (!invocation) {
                    CHECK(invocation.error().exit == Exit::usage);
                    continue;
                }
                CHECK(invocation->has(option.name));
                CHECK(invocation->text(option.name) == (option.value.empty() ? "" : "7"));
            }
}

TEST_CASE("global options stand before or behind the command; watching is for what reads")
{
    for (const Command& command : commands()) {
        INFO(command.name);
        for (const Option& option : global_options()) {
            if (option.name == "help") continue;
            CHECK(Invocation::parse(with(call(command), given(option)))->has(option.name));
            CHECK(Invocation::parse(with(given(option), call(command)))->has(option.name));
        }
        CHECK(Invocation::parse(with(call(command), {"--watch"})).has_value() == command.reads);
    }
    const auto invocation = Invocation::parse({"--node", "status", "drops", "--json"}); // "status" is the node's name
    REQUIRE(invocation);
    CHECK(invocation->command().name == "drops");
    CHECK(invocation->text("node") == "status");
    CHECK(invocation->json());
    CHECK_FALSE(invocation->watch());
    CHECK(Invocation::parse({"--node=gw1", "drops"})->text("node") == "gw1");
}

TEST_CASE("words are as many as the command has a use for")
{
    CHECK(Invocation::parse({"services", "order"})->word() == "order");
    CHECK(Invocation::parse({"services"})->word().empty());
    CHECK(Invocation::parse({"check", "gateway.yaml"})->word() == "gateway.yaml");
    CHECK(Invocation::parse({"why", "shop", "10.1.0.31", "192.0.2.9:443/tcp"})->word(2) == "192.0.2.9:443/tcp");
    CHECK(Invocation::parse({"services"})->word(1).empty());
    CHECK(usage_error({"why", "shop", "10.1.0.31"}) == "why needs NETWORK SOURCE[:PORT] DESTINATION[:PORT][/PROTOCOL]");
    CHECK(usage_error({"check"}) == "check needs FILE");
    CHECK(usage_error({"apply"}) == "apply needs FILE");
    CHECK(usage_error({"status", "drops"}) == "status does not know what 'drops' is for");
    CHECK(usage_error({"services", "order", "pay"}) == "services does not know what 'pay' is for");
}

TEST_CASE("help is asked for in three ways")
{
    CHECK(Invocation::parse({})->command().name == "help");
    CHECK(Invocation::parse({"--help"})->command().name == "help");
    CHECK(Invocation::parse({"--help"})->word().empty());
    for (const Words& words : {Words{"help", "drops"}, Words{"drops", "--help"}, Words{"--help", "drops"}}) {
        const auto invocation = Invocation::parse(words);
        REQUIRE(invocation);
        CHECK(invocation->command().name == "help");
        CHECK(invocation->word() == "drops");
    }
    CHECK(Invocation::parse({"check", "--help"})->word() == "check"); // although FILE is missing
}

TEST_CASE("an option that is unknown, cut short, without its value or given twice is wrong usage")
{
    for (const Words& words :
         {Words{"status", "--colour"}, Words{"drops", "--las"}, Words{"drops", "--limit"}, Words{"--node"},
          Words{"drops", "--last=yes"}, Words{"drops", "-l"}, Words{"status", "--watch", "--json=1"}}) {
        INFO(words.back());
        CHECK_FALSE(usage_error(words).empty());
    }
    CHECK(usage_error({"status", "--node", "a", "--node", "b"}) == "--node is given twice");
}

TEST_CASE("numbers and times are read whole")
{
    const auto number = [](const std::string& text) {
        return Invocation::parse({"routes", "--limit", text})->number("limit");
    };
    CHECK(number("0").value() == 0U);
    CHECK(number("4294967295").value() == 4'294'967'295U);
    CHECK(Invocation::parse({"routes"})->number("limit").value() == std::nullopt);
    for (const char* wrong : {"4294967296", "ten", "1k", "1.5", "0x10", " 1"}) {
        REQUIRE_FALSE(number(wrong));
        CHECK(number(wrong).error().exit == Exit::usage);
        CHECK(number(wrong).error().text == "--limit: '" + std::string(wrong) + "' is no number");
    }
    const auto time = [](const std::string& text) {
        return Invocation::parse({"routes", "--limit", text})->time("limit");
    };
    CHECK(time("60s").value() == std::chrono::seconds(60));
    CHECK(time("5m").value() == std::chrono::minutes(5));
    CHECK(time("1h").value() == std::chrono::hours(1));
    for (const char* wrong : {"60", "s", "1d", "1hh", "1.5h"})
        CHECK_FALSE(time(wrong));
}

} // namespace sluice::ctl
