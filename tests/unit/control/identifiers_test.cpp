// Numbers for names: small, stable, and never with two meanings at once.
#include <catch2/catch.hpp>

#include "control/identifiers.hpp"
#include "tests/support/objects.hpp"

namespace sluice::control {
namespace {

using namespace sluice::test;

} // namespace

TEST_CASE("a name keeps its number and a new one gets the smallest that is free")
{
    IdentifierSpace space;
    CHECK(space.of("a") == 1);
    CHECK(space.of("b") == 2);
    CHECK(space.of("a") == 1);
    space.adopt("d", 4);
    CHECK(space.of("c") == 3);
    CHECK(space.of("e") == 5);
    CHECK(space.of("d") == 4);
}

TEST_CASE("what the dataplane holds outweighs what was thought")
{
    IdentifierSpace space;
    REQUIRE(space.of("a") == 1);
    space.adopt("b", 1); // the number is another's
    CHECK(space.of("b") == 1);
    CHECK(space.of("a") == 2);
    space.adopt("a", 7); // the name has another
    CHECK(space.of("a") == 7);
    CHECK(space.of("c") == 2); // which is free again
}

TEST_CASE("numbers are read back from what is programmed, each kind by itself")
{
    api::Object named_pool = pool(3, "203.0.113.64/30");
    named_pool.mutable_pool()->set_name("carrier");
    Identifiers identifiers(
        to_set(std::vector{network(5), named_pool, service(2, "198.51.100.80", 443, 5, {"10.1.0.31", "10.1.0.32"})}));
    CHECK(identifiers.networks.of("n5") == 5);
    CHECK(identifiers.networks.of("new") == 1);
    CHECK(identifiers.pools.of("carrier") == 3);
    CHECK(identifiers.services.of("s2") == 2);
    CHECK(identifiers.backends.of("s2/10.1.0.32:8080") == 201);
    CHECK(identifiers.backends.of("s2/10.1.0.33:8080") == 1);
}

TEST_CASE("a backend's name says whose it is and where")
{
    api::Service order;
    order.set_name("order");
    CHECK(backend_name(order, packed("10.1.0.31"), 8443) == "order/10.1.0.31:8443");
    CHECK(backend_name(order, packed("2001:db8::1"), 8443) == "order/[2001:db8::1]:8443");
    order.set_forward(api::DIRECT); // another mode, another backend: its sessions are of no use to this one
    CHECK(backend_name(order, packed("10.1.0.31"), 0) == "order/10.1.0.31:0 direct");
    order.set_stateless(true);
    CHECK(backend_name(order, packed("10.1.0.31"), 0) == "order/10.1.0.31:0 stateless");
}

} // namespace sluice::control
