// All registries of a configuration, as it changes.
#include <catch2/catch.hpp>

#include <fstream>

#include "control/feeds/registry/registries.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sluice::control::registry {
namespace {

const std::string one = "version: 1\nservices:\n  order:\n    - {address: 10.1.0.1}\n";
const std::string two = one + "    - {address: 10.1.0.2}\n";

config::Registry file(const test::TemporaryFolder& folder, const std::string& name, const std::string& text)
{
    std::ofstream(folder.file(name)) << text;
    return {folder.file(name), std::nullopt, 0};
}

std::size_t backends(const Registries& registries, const std::string& name)
{
    return registries.services().at(name).value().at("order").size();
}

} // namespace

TEST_CASE("registries start with the configuration that names them")
{
    const test::TemporaryFolder folder;
    Registries none;
    CHECK_FALSE(none.handle());
    CHECK(none.descriptors().empty());
    Registries both = none.with({{"a", file(folder, "a.yaml", one)}, {"b", file(folder, "b.yaml", two)}});
    CHECK(backends(both, "a") == 1);
    CHECK(backends(both, "b") == 2);
    CHECK(both.descriptors().size() == 2);
    CHECK(both.status().size() == 2);
    CHECK(none.services().empty()); // a plan that is thrown away leaves no trace
    file(folder, "a.yaml", two);
    CHECK(both.handle());
    CHECK(backends(both, "a") == 2);
}

TEST_CASE("a registry whose settings are the same is shared between two configurations and keeps what it holds")
{
    const test::TemporaryFolder folder;
    config::Registry settings = file(folder, "a.yaml", two);
    Registries first = Registries().with({{"a", settings}});
    file(folder, "a.yaml", "broken: [");
    CHECK_FALSE(first.handle());
    settings.line = 99; // it only moved in the file
    Registries second = first.with({{"a", settings}});
    CHECK(backends(second, "a") == 2); // a new feed could not have read it
    CHECK(second.status()[0].state == FeedState::stale);
    settings.keep_when_lost = std::chrono::seconds(1);
    CHECK_FALSE(first.with({{"a", settings}}).services().at("a")); // other settings: read anew
    CHECK(first.with({}).services().empty());
}

} // namespace sluice::control::registry
