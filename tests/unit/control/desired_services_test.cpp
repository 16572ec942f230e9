// Services and numbers over time: registries that speak, fall silent and shrink, and names that come and go.
#include <catch2/catch.hpp>

#include <algorithm>

#include "control/delta.hpp"
#include "tests/support/objects.hpp"
#include "tests/unit/control/world.hpp"

namespace sluice::control {
namespace {

using namespace sluice::test;

Wanting with_registry()
{
    Wanting node(gateway_yaml);
    config::Service& order = node.config.services.at("order");
    order.backends.clear();
    order.registry = "shop";
    order.registry_service = "com.shop.Order";
    return node;
}

config::Backend backend(const char* address, std::uint32_t weight = 100)
{
    return {*IpAddress::parse(address), 8443, weight, 0};
}

const api::Service& service(const ObjectSet& objects)
{
    for (const auto& [key, object] : objects)
        if (object.has_service()) return object.service();
    throw std::out_of_range("no service");
}

std::uint32_t id_of(const ObjectSet& objects, const std::string& backend_address)
{
    for (const api::Backend& each : service(objects).backends())
        if (each.address() == packed(backend_address)) return each.id();
    return 0;
}

std::uint32_t network_id(const ObjectSet& objects, const std::string& name)
{
    for (const auto& [key, object] : objects)
        if (object.has_network() && object.network().name() == name) return object.network().id();
    return 0;
}

} // namespace

TEST_CASE("a registry names the backends, in whatever order it lists them")
{
    Wanting node = with_registry();
    node.registries["shop"] = registry::Services{{"com.shop.Order", {backend("10.1.0.32"), backend("10.1.0.31", 0)}}};
    node.program();
    CHECK(has_line(node.programmed,
                   "service order 203.0.113.80:443, 10.1.0.31:8443 weight 0, 10.1.0.32:8443 weight 100"));
    auto& listed = node.registries["shop"]->at("com.shop.Order");
    std::reverse(listed.begin(), listed.end());
    CHECK(is_empty(delta(node.programmed, node.desired().objects)));
    listed.push_back(listed.front()); // and twice is once
    CHECK(is_empty(delta(node.programmed, node.desired().objects)));
}

TEST_CASE("a registry that has said nothing yet takes nothing away")
{
    Wanting node = with_registry();
    node.registries["shop"] = registry::Services{{"com.shop.Order", {backend("10.1.0.31"), backend("10.1.0.32", 7)}}};
    node.program();
    for (const bool known : {true, false}) {
        node.registries.clear();
        if (known) node.registries["shop"] = std::nullopt;
        CHECK(is_empty(delta(node.programmed, node.desired().objects)));
        CHECK(node.desired().problems.empty());
    }
}

TEST_CASE("a service that its registry has not told of yet keeps what is programmed")
{
    Wanting node = with_registry();
    node.registries["shop"] = registry::Services{{"com.shop.Order", {backend("10.1.0.31")}}};
    node.program();
    node.registries["shop"] = registry::Services{}; // others are known
    const Desired wanted = desired({.config = node.config,
                                    .file_name = "gateway.yaml",
                                    .registries = node.registries,
                                    .kernel = node.kernel,
                                    .programmed = node.programmed,
                                    .unread = {{"shop", "com.shop.Order"}},
                                    .judgements = node.judgements});
    CHECK(is_empty(delta(node.programmed, wanted.objects)));
    CHECK(wanted.problems.empty());
}

TEST_CASE("backends of a registry that contradict others are left out one by one, and the others stand")
{
    Wanting node = with_registry();
    config::Service other = node.config.services.at("order");
    other.address = *IpAddress::parse("203.0.113.81");
    other.registry_service = "com.shop.Other";
    node.config.services["other"] = other; // after "order" in the alphabet
    config::Service listed = other;
    listed.address = *IpAddress::parse("203.0.113.82");
    listed.registry.clear();
    listed.backends = {backend("10.1.0.40")};
    node.config.services["zoo"] = listed; // after both, and still first
    node.registries["shop"] =
        registry::Services{{"com.shop.Order", {backend("10.1.0.31"), backend("2001:db8::31"), backend("10.1.0.40")}},
                           {"com.shop.Other", {backend("10.1.0.31"), backend("10.1.0.32")}}};
    const Desired wanted = node.desired();
    CHECK(wanted.problems ==
          std::vector<std::string>{
              "gateway.yaml:33: 2 of 3 backends of service order are left out: 10.1.0.40 port 8443 belongs to service "
              "zoo",
              "gateway.yaml:33: 1 of 2 backends of service other are left out: 10.1.0.31 port 8443 belongs to service "
              "order"});
    CHECK(has_line(wanted.objects, "service order 203.0.113.80:443, 10.1.0.31:8443 weight 100"));
    CHECK(has_line(wanted.objects, "service other 203.0.113.81:443, 10.1.0.32:8443 weight 100"));
    node.program();

    // Who has an endpoint keeps it, also against a service before it in the alphabet.
    config::Service newcomer = other;
    newcomer.address = *IpAddress::parse("203.0.113.83");
    newcomer.registry_service = "com.shop.Newcomer";
    node.config.services["apple"] = newcomer;
    node.registries["shop"]->emplace("com.shop.Newcomer", std::vector{backend("10.1.0.31"), backend("10.1.0.50")});
    const Desired next = node.desired();
    CHECK(has_line(next.objects, "service order 203.0.113.80:443, 10.1.0.31:8443 weight 100"));
    CHECK(has_line(next.objects, "service apple 203.0.113.83:443, 10.1.0.50:8443 weight 100"));
}

TEST_CASE("a service that its registry does not know has no backends, and says so")
{
    Wanting node = with_registry();
    node.registries["shop"] = registry::Services{{"com.shop.Other", {backend("10.1.0.31")}}};
    const Desired wanted = node.desired();
    CHECK(service(wanted.objects).backends_size() == 0);
    CHECK(wanted.problems == std::vector<std::string>{"gateway.yaml:33: registry shop has no service com.shop.Order; "
                                                      "service order has no backends"});
    node.registries["shop"] = registry::Services{{"com.shop.Order", {}}}; // known, and empty by intent
    CHECK(node.desired().problems.empty());
    CHECK(service(node.desired().objects).backends_size() == 0);
}

TEST_CASE("a direct service gets its mode, and no backend that listens on another port")
{
    Wanting node = with_registry();
    node.registries["shop"] = registry::Services{{"com.shop.Order", {backend("10.1.0.31"), backend("10.1.0.32")}}};
    auto& listed = node.registries["shop"]->at("com.shop.Order");
    listed[0].port = 443;
    node.program();
    const std::uint32_t translated = id_of(node.programmed, "10.1.0.31");

    config::Service& order = node.config.services.at("order");
    order.forward = config::Service::Forward::direct;
    order.sessions = false;
    const Desired wanted = node.desired();
    CHECK(service(wanted.objects).forward() == api::DIRECT);
    CHECK(service(wanted.objects).stateless());
    CHECK(has_line(wanted.objects, "service order 203.0.113.80:443 direct without sessions, 10.1.0.31:443 weight 100"));
    CHECK(wanted.problems ==
          std::vector<std::string>{"gateway.yaml:33: backend 10.1.0.32 of service order has port 8443, "
                                   "to which 'direct' cannot lead; it is left out"});
    // Its sessions would be of no use: whose they were must be gone.
    CHECK(id_of(wanted.objects, "10.1.0.31") != translated);
}

TEST_CASE("backends keep their numbers while others come and go")
{
    Wanting node = with_registry();
    auto& listed = node.registries["shop"].emplace()["com.shop.Order"];
    listed = {backend("10.1.0.31"), backend("10.1.0.32"), backend("10.1.0.33")};
    node.program();
    const std::uint32_t second = id_of(node.programmed, "10.1.0.32");
    const std::uint32_t first = id_of(node.programmed, "10.1.0.31");

    listed = {backend("10.1.0.32"), backend("10.1.0.34")};
    const ObjectSet next = node.desired().objects;
    CHECK(id_of(next, "10.1.0.32") == second);
    // The dataplane still knows the others under their numbers while it takes this: none may change its meaning.
    CHECK(id_of(next, "10.1.0.34") == 4);
    node.program();

    listed.push_back(backend("10.1.0.35"));
    CHECK(id_of(node.desired().objects, "10.1.0.35") == first); // free by now, and small
    CHECK(id_of(node.desired().objects, "10.1.0.32") == second);
}

TEST_CASE("networks keep their numbers whatever stands before them in the alphabet")
{
    Wanting node(gateway_yaml);
    node.program();
    CHECK(network_id(node.programmed, "phones") == 1);
    CHECK(network_id(node.programmed, "shop") == 2);

    node.config.networks["apple"] = {};
    node.config.networks.erase("phones");
    node.config.nat.rules.erase(node.config.nat.rules.begin());
    const ObjectSet next = node.desired().objects;
    CHECK(network_id(next, "shop") == 2);
    CHECK(network_id(next, "apple") == 3);
    node.program();

    node.config.networks["pear"] = {};
    CHECK(network_id(node.desired().objects, "pear") == 1);
    CHECK(network_id(node.desired().objects, "apple") == 3);
    const api::Transaction transaction = delta(node.programmed, node.desired().objects);
    CHECK(transaction.remove_size() == 0);
    REQUIRE(transaction.upsert_size() == 1); // the new network, and nothing else
    CHECK(transaction.upsert(0).network().name() == "pear");
}

TEST_CASE("a process that starts anew gives the numbers that the dataplane holds")
{
    Wanting node(gateway_yaml);
    node.config.networks["apple"] = {};
    node.program();
    node.config.networks.erase("apple");
    node.program(); // phones 2, shop 3: not what an empty dataplane would be given
    REQUIRE(network_id(node.programmed, "phones") == 2);
    Wanting again(gateway_yaml);
    CHECK(network_id(again.desired().objects, "phones") == 1);
    again.programmed = node.programmed;
    CHECK(is_empty(delta(again.programmed, again.desired().objects)));
}

} // namespace sluice::control
