// The command line of sluice-control.
#include <catch2/catch.hpp>

#include <vector>

#include "control/options.hpp"

namespace sluice::control {
namespace {

Result<Options> parse(std::vector<const char*> words)
{
    words.insert(words.begin(), "sluice-control");
    return parse_options(static_cast<int>(words.size()), words.data());
}

} // namespace

TEST_CASE("one option is required and the others have defaults")
{
    const auto options = parse({"--config", "gateway.yaml"});
    REQUIRE(options);
    CHECK(options->config == "gateway.yaml");
    CHECK(options->run_dir.empty());
    CHECK(options->state_dir.empty());
    CHECK(options->log_level == "info");
    CHECK_FALSE(options->check);
    CHECK_FALSE(options->help);
}

TEST_CASE("every option is read")
{
    const auto options = parse(
        {"--config=gateway.yaml", "--check", "--run-dir", "/run/x", "--state-dir", "/var/x", "--log-level", "debug"});
    REQUIRE(options);
    CHECK(options->check);
    CHECK(options->run_dir == "/run/x");
    CHECK(options->state_dir == "/var/x");
    CHECK(options->log_level == "debug");
    CHECK(parse({"--help"})->help);
    CHECK(parse({"-h"})->help);
}

TEST_CASE("a wrong command line is an error that names the word")
{
    CHECK(parse({}).error().text() == "--config FILE is missing");
    CHECK(parse({"--check"}).error().text() == "--config FILE is missing");
    CHECK(parse({"--config", "x", "--log-level", "loud"}).error().text() ==
          "--log-level: 'loud' is none of debug, info, warning, error");
    CHECK(parse({"--config", "x", "stray"}).error().text() == "'stray' belongs to no option");
    for (const std::vector<const char*>& wrong : {std::vector{"--config"}, std::vector{"--config", "x", "--colour"},
                                                  std::vector{"--config", "x", "--config", "y"}}) {
        const auto options = parse(wrong);
        INFO(wrong.back());
        REQUIRE_FALSE(options);
        CHECK_FALSE(options.error().text().empty());
    }
}

TEST_CASE("help names every option")
{
    for (const char* option : {"--config FILE", "--check", "--run-dir DIR", "--state-dir DIR", "--log-level LEVEL"})
        CHECK(usage().find(option) != std::string::npos);
}

} // namespace sluice::control
