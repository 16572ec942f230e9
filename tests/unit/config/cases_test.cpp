// Every row of cases/*.cases: the exact place, path and sentence, all errors of a file at once and in its order.
#include <catch2/catch.hpp>

#include "config/loader.hpp"
#include "config/registry_file.hpp"
#include "tests/unit/config/case_file.hpp"

namespace sluice::config {
namespace {

std::vector<std::string> texts(const std::vector<Error>& errors)
{
    std::vector<std::string> texts;
    for (const Error& error : errors)
        texts.push_back(error.text());
    return texts;
}

// `fewest` keeps an empty or misread file from passing.
void check_gateway_cases(const std::string& subject, std::size_t fewest)
{
    const auto cases = test::read_cases(subject, "gateway.yaml");
    REQUIRE(cases.size() >= fewest);
    for (const test::Case& row : cases) {
        CAPTURE(subject, row.title);
        const auto loaded = load_text(row.text, "gateway.yaml");
        CHECK((loaded ? std::vector<std::string>{} : texts(loaded.error())) == row.errors);
        CHECK((loaded ? loaded->warnings : std::vector<std::string>{}) == row.warnings);
    }
}

} // namespace

TEST_CASE("what is not YAML is refused at its place")
{
    check_gateway_cases("yaml", 13);
}

TEST_CASE("keys that are unknown, twice, missing or of another shape are refused")
{
    check_gateway_cases("keys", 16);
}

TEST_CASE("values of another type, without unit or out of range are refused")
{
    check_gateway_cases("values", 41);
}

TEST_CASE("ports, VLANs, workers and memory that cannot be are refused")
{
    check_gateway_cases("machine", 16);
}

TEST_CASE("networks that contradict each other or themselves are refused")
{
    check_gateway_cases("networks", 17);
}

TEST_CASE("a network's MTU needs room for its tunnel on the interface, to the byte")
{
    check_gateway_cases("mtu", 9);
}

TEST_CASE("pools, rules and EIPs that contradict others are refused")
{
    check_gateway_cases("nat", 17);
}

TEST_CASE("services and backends that cannot be told apart or reached are refused")
{
    check_gateway_cases("services", 18);
}

TEST_CASE("registries that cannot be connected to, or not asked for a service, are refused")
{
    check_gateway_cases("zookeeper", 10);
}

TEST_CASE("health checks that cannot be made or cannot judge are refused")
{
    check_gateway_cases("health", 13);
}

TEST_CASE("routes and neighbours that lead nowhere are refused")
{
    check_gateway_cases("routes", 9);
}

TEST_CASE("BGP without identity, with neighbours out of reach or announcements to nobody is refused")
{
    check_gateway_cases("bgp", 20);
}

TEST_CASE("what hardly does what was meant is warned of")
{
    check_gateway_cases("warnings", 7);
}

TEST_CASE("all errors of a file are reported at once, in the order of the text")
{
    check_gateway_cases("together", 6);
}

TEST_CASE("a registry file is checked in the same way")
{
    const auto cases = test::read_cases("registry", "registry.yaml");
    REQUIRE(cases.size() >= 8);
    for (const test::Case& row : cases) {
        CAPTURE(row.title);
        const auto loaded = load_registry_text(row.text, "registry.yaml");
        CHECK((loaded ? std::vector<std::string>{} : texts(loaded.error())) == row.errors);
    }
}

} // namespace sluice::config
