// The whole story on one node: out of GTP-U, NAT and service in one session, into VXLAN, and back.
#include <catch2/catch.hpp>

#include "tests/scenario/bench.hpp"
#include "tests/scenario/stations.hpp"
#include "tests/support/decode.hpp"

namespace sluice::test {

TEST_CASE("an order crosses the node and its answer comes back")
{
    for (const Shape shape : shapes) {
        Bench bench(one_node);
        const auto out = bench.send("n3", from_phone(bench).tcp(40000, 443, "S").mss(1460).bytes(), shape);
        REQUIRE(out.size() == 1);
        CHECK(out[0].interface == "fabric");
        const Decoded order = decode(out[0].frame);
        INFO(order.describe());
        CHECK(order.faults.empty());
        CHECK(order.number("vxlan.vni") == 5001);
        const std::string backend = order.text("ipv4.destination", innermost);
        CHECK((backend == "10.1.0.31" || backend == "10.1.0.32"));
        CHECK(order.number("tcp.destination") == 8443);
        const std::string customer = order.text("ipv4.source", innermost);
        CHECK(customer.starts_with("203.0.113.6"));
        CHECK(order.number("ipv4.ttl", innermost) == 63);
        CHECK(order.number("tcp.mss") == 1450 - 40);

        const auto port = static_cast<unsigned>(order.number("tcp.source"));
        const auto back = bench.send(
            "fabric", from_machine(bench, backend).ipv4(backend, customer).tcp(8443, port, "SA").mss(1460).bytes(),
            shape);
        REQUIRE(back.size() == 1);
        CHECK(back[0].interface == "n3");
        const Decoded answer = decode(back[0].frame);
        INFO(answer.describe());
        CHECK(answer.faults.empty());
        CHECK(answer.number("vlan.id") == 310);
        CHECK(answer.number("gtpu.teid") == 0x2001);
        CHECK(answer.text("ipv4.source", innermost) == "203.0.113.80");
        CHECK(answer.text("ipv4.destination", innermost) == "100.64.0.7");
        CHECK(answer.number("tcp.source") == 443);
        CHECK(answer.number("tcp.destination") == 40000);
        CHECK(bench.ends().empty());
        CHECK(bench.sessions().total() == 1);
    }
}

} // namespace sluice::test
