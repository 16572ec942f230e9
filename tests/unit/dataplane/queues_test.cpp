// How many queues a port has: one to send by for every worker, and to receive as many as are asked for and there.
#include <catch2/catch.hpp>

#include "dataplane/port.hpp"

namespace sluice::dataplane {
namespace {

rte_eth_dev_info device(std::uint16_t receive, std::uint16_t transmit)
{
    rte_eth_dev_info info{};
    info.max_rx_queues = receive;
    info.max_tx_queues = transmit;
    return info;
}

PortPlan plan(unsigned queues)
{
    PortPlan plan;
    plan.name = "fabric";
    plan.queues = queues;
    return plan;
}

} // namespace

TEST_CASE("every worker has a queue to send by and one to receive from")
{
    const auto counts = choose_queues(plan(1), 4, device(16, 16), traits_of("net_ixgbe"));
    REQUIRE(counts);
    CHECK(counts->receive == 4);
    CHECK(counts->transmit == 4);
}

TEST_CASE("more queues to receive from than workers are dealt out; fewer are all there are")
{
    CHECK(choose_queues(plan(8), 4, device(16, 16), traits_of("net_ixgbe"))->receive == 8);
    CHECK(choose_queues(plan(8), 4, device(1, 16), traits_of("net_virtio"))->receive == 1);
}

TEST_CASE("a tap has as many queues one way as the other")
{
    const auto counts = choose_queues(plan(8), 4, device(16, 16), traits_of("net_tap"));
    REQUIRE(counts);
    CHECK(counts->receive == counts->transmit);
}

TEST_CASE("so has a NIC that stays with the kernel: a queue is a socket, which does both")
{
    const auto counts = choose_queues(plan(8), 2, device(8, 8), traits_of("net_af_xdp"));
    REQUIRE(counts);
    CHECK(counts->receive == 8);
    CHECK(counts->transmit == 8);
}

TEST_CASE("fewer queues to send by than workers are refused with a sentence")
{
    const auto counts = choose_queues(plan(1), 4, device(16, 2), traits_of("net_virtio"));
    REQUIRE_FALSE(counts);
    CHECK(counts.error().text() ==
          "ports.fabric: the device has 2 transmit queues and workers.cores names 4 workers, each "
          "of which needs one; use fewer workers");
}

} // namespace sluice::dataplane
