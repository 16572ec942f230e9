// What FRR is told, whole: golden/*.conf are the texts that real FRR takes and shows again word by word.
#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>

#include "config/loader.hpp"
#include "config/secret.hpp"
#include "control/bgp/frr_config.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sluice::control::bgp {
namespace {

constexpr auto head = R"(version: 1
node: {name: gw1, router-id: 10.255.0.1}
ports:
  up: {device: a, addresses: [198.51.100.2/30, "2001:db8:f::2/64"]}
)";

config::Config load(const std::string& bgp)
{
    const auto loaded = config::load_text(head + bgp, "gateway.yaml");
    if (!loaded)
        for (const Error& error : loaded.error())
            UNSCOPED_INFO(error.text());
    REQUIRE(loaded);
    return loaded->config;
}

// The working folder is the repository's root.
std::string golden(const std::string& name)
{
    std::ifstream file("tests/unit/control/golden/" + name + ".conf");
    REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string lines_with(const std::string& word, const std::string& text)
{
    std::string found;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string line = text.substr(at, end - at);
        if (line.find(word) != std::string::npos) found += line + "\n";
        at = end + 1;
    }
    return found;
}

} // namespace

SCENARIO("FRR's configuration follows from ours")
{
    THEN("with every key there is")
    {
        const config::Config config = load(R"(bgp:
  mode: managed
  as: 65010
  neighbors:
    edge: {address: 198.51.100.1, as: 64512, bfd: {interval: 300ms, multiplier: 3}}
    six: {address: "2001:db8:f::1", as: 4200000001, gtsm: true, families: [ipv6-unicast, ipv4-unicast], maximum-prefixes: 1M}
    far: {address: 192.0.2.1, as: 64513, multihop: 2, bfd: {interval: 1s, multiplier: 5}, families: [ipv4-unicast, l2vpn-evpn]}
    inside: {address: 192.0.2.2, as: 65010, bfd: {}}
  announce:
    services: {to: [edge, six], communities: ["64512:100", no-export, "4200000001:1:2"], med: 50}
    eips: {to: [edge]}
    nat-pools: {to: [edge], med: 0}
  graceful-restart: true
)");
        CHECK(frr_config(config, {{"edge", "correct-horse"}}) == golden("everything"));
    }
    THEN("with as little as there can be: one neighbour that hears nothing")
    {
        const config::Config config =
            load("bgp: {mode: managed, as: 65010, neighbors: {edge: {address: 198.51.100.1, as: 64512}}}\n");
        CHECK(frr_config(config, {}) == golden("least"));
    }
}

SCENARIO("what an operator writes stays one word of FRR's")
{
    const test::TemporaryFolder folder;
    const auto password_of = [&](const std::string& content) {
        std::ofstream(folder.file("password"), std::ios::binary) << content;
        return config::read_secret(folder.file("password"));
    };
    THEN("a password of any visible characters is taken as it is")
    {
        const auto password = password_of("p|w?d\"x'y\\z#!$(id)\n");
        REQUIRE(password);
        const config::Config config =
            load("bgp: {mode: managed, as: 65010, neighbors: {edge: {address: 198.51.100.1, as: 64512}}}\n");
        CHECK(lines_with("password", frr_config(config, {{"edge", *password}})) ==
              " neighbor 198.51.100.1 password p|w?d\"x'y\\z#!$(id)\n");
    }
    THEN("one that could begin another line or word, or is none, is refused without being shown")
    {
        const std::vector<std::string> hostile{"secret\n neighbor 10.0.0.1 shutdown\n",
                                               "secret\rend",
                                               "secret word",
                                               "secret\tword",
                                               "secret\x01",
                                               "secret\x7f",
                                               "secret\xc3\xa9",
                                               std::string("secret\0x", 8),
                                               "",
                                               "\n",
                                               std::string(81, 's')};
        for (const std::string& content : hostile) {
            const auto password = password_of(content);
            REQUIRE_FALSE(password);
            CAPTURE(password.error().text());
            CHECK(password.error().text().find("secret") == std::string::npos);
            CHECK(password.error().text().find("sss") == std::string::npos);
        }
        CHECK(password_of(std::string(80, 's')));
    }
    THEN("a neighbour's name with anything but letters, digits, - _ and . is refused")
    {
        for (const std::string name : {"'a b'", "'a;b'", "'a#'", "'-x'", "'..'", "'a|b'", "\"a\\nb\""})
            CHECK_FALSE(config::load_text(
                head + ("bgp: {mode: managed, as: 1, neighbors: {" + name + ": {address: 198.51.100.1, as: 64512}}}\n"),
                "gateway.yaml"));
    }
}

} // namespace sluice::control::bgp
