// The kernel's routes of the main table, as far as they lead through links of ours.
#include <catch2/catch.hpp>

#include "tests/unit/control/mirrored.hpp"

namespace sluice::control::netlink {

using namespace sluice::test;

TEST_CASE("a route is seen with its gateway and goes with its removal")
{
    Mirrored world;
    world.tell(via(test::route("192.0.2.0/24"), 3, "10.20.0.254"));
    world.tell(via(test::route("0.0.0.0/0"), 4, "198.51.100.1"));
    world.tell(via(test::route("2001:db8:5::/48"), 4));
    CHECK(world.routes() == Lines{"0.0.0.0/0 edge 198.51.100.1 x1", "192.0.2.0/24 fabric 10.20.0.254 x1",
                                  "2001:db8:5::/48 edge on-link x1"});
    world.tell(via(test::route("192.0.2.0/24", 0, RTM_DELROUTE), 3, "10.20.0.254"));
    world.tell(via(test::route("0.0.0.0/0", 0, RTM_DELROUTE), 4, "198.51.100.1"));
    CHECK(world.routes() == Lines{"2001:db8:5::/48 edge on-link x1"});
}

TEST_CASE("a gateway of the other family is one")
{
    Mirrored world;
    Message message = via(test::route("192.0.2.0/24"), 4);
    const std::uint16_t family = AF_INET6; // struct rtvia
    message.bytes(RTA_VIA,
                  std::string(reinterpret_cast<const char*>(&family), 2) + IpAddress::parse("fe80::1")->packed());
    world.tell(message);
    CHECK(world.routes() == Lines{"192.0.2.0/24 edge fe80::1 x1"});
}

TEST_CASE("what is not ours, not main or not unicast is hidden")
{
    Mirrored world;
    world.tell(via(test::route("192.0.2.0/24"), 9, "172.17.0.1"));
    world.tell(via(test::route("192.0.2.0/24", 0, RTM_NEWROUTE, 0, RTPROT_KERNEL), 3));
    world.tell(via(test::route("192.0.2.0/24", 0, RTM_NEWROUTE, 0, own_protocol), 3)); // our own announcement
    world.tell(via(test::route("192.0.2.0/24"), 3).number(RTA_TABLE, 100));
    Message blackhole = via(test::route("192.0.2.0/24"), 3);
    static_cast<rtmsg*>(mnl_nlmsg_get_payload(blackhole.header()))->rtm_type = RTN_BLACKHOLE;
    world.tell(blackhole);
    Message cached = via(test::route("192.0.2.0/24"), 3);
    static_cast<rtmsg*>(mnl_nlmsg_get_payload(cached.header()))->rtm_flags = RTM_F_CLONED;
    world.tell(cached);
    CHECK(world.routes().empty());
    world.tell(via(test::route("192.0.2.0/24", 0, RTM_NEWROUTE, 0, RTPROT_BGP), 3));
    CHECK(world.routes().size() == 1);
}

TEST_CASE("a route says who put it there, by its protocol")
{
    Mirrored world;
    const auto source = [&](std::uint8_t protocol) {
        world.tell(via(test::route("192.0.2.0/24", 0, RTM_NEWROUTE, 0, protocol), 3));
        return world.mirror.snapshot().routes.at(0).source;
    };
    CHECK(source(RTPROT_BGP) == "bgp");
    CHECK(source(RTPROT_OSPF) == "ospf");
    CHECK(source(RTPROT_BIRD) == "bird");
    CHECK(source(RTPROT_STATIC) == "kernel");
    CHECK(source(RTPROT_BOOT) == "kernel");
    CHECK(source(196) == "kernel"); // a static route of FRR's
    CHECK(source(255) == "kernel");
}

TEST_CASE("the lowest metric counts, and the next one when it goes")
{
    Mirrored world;
    world.tell(via(test::route("192.0.2.0/24", 20), 3, "10.20.0.20"));
    world.tell(via(test::route("192.0.2.0/24", 10), 3, "10.20.0.10"));
    CHECK(world.routes() == Lines{"192.0.2.0/24 fabric 10.20.0.10 x1"});
    world.tell(via(test::route("192.0.2.0/24", 10, RTM_DELROUTE), 3, "10.20.0.10"));
    CHECK(world.routes() == Lines{"192.0.2.0/24 fabric 10.20.0.20 x1"});
    world.tell(via(test::route("192.0.2.0/24", 20), 4, "198.51.100.20")); // replaced in place
    CHECK(world.routes() == Lines{"192.0.2.0/24 edge 198.51.100.20 x1"});
}

TEST_CASE("a metric whose link is down leaves the word to the next")
{
    Mirrored world;
    world.tell(via(test::route("192.0.2.0/24", 10), 4, "198.51.100.10"));
    world.tell(via(test::route("192.0.2.0/24", 20), 3, "10.20.0.20"));
    world.tell(link(4, "edge", 0));
    CHECK(world.routes() == Lines{"192.0.2.0/24 fabric 10.20.0.20 x1"});
    world.tell(link(4, "edge"));
    CHECK(world.routes() == Lines{"192.0.2.0/24 edge 198.51.100.10 x1"});
}

TEST_CASE("several next hops share by weight; dead ones and those of others do not")
{
    Mirrored world;
    world.tell(via(test::route("192.0.2.0/24"), Multipath()
                                                    .hop(3, "10.20.0.1", 3)
                                                    .hop(4, "198.51.100.1")
                                                    .hop(3, "10.20.0.2", 1, RTNH_F_DEAD)
                                                    .hop(9, "172.17.0.1")));
    CHECK(world.routes() == Lines{"192.0.2.0/24 fabric 10.20.0.1 x3 edge 198.51.100.1 x1"});
    world.tell(link(4, "edge", 0));
    CHECK(world.routes() == Lines{"192.0.2.0/24 fabric 10.20.0.1 x3"});
}

TEST_CASE("a list of next hops that is cut off or lies about its length ends there")
{
    for (const std::size_t size : {0U, 1U, 7U, 8U, 15U, 16U, 17U, 31U}) {
        Mirrored world;
        const std::string whole = Multipath().hop(3, "10.20.0.1").hop(3, "10.20.0.2").bytes();
        Message message = test::route("192.0.2.0/24");
        message.bytes(RTA_MULTIPATH, whole.substr(0, size));
        world.tell(message);
        INFO(size);
        CHECK(world.routes().size() == (size < 16 ? 0U : 1U));
    }
    Mirrored world;
    std::string lying = Multipath().hop(3, "10.20.0.1").bytes();
    for (const char length : {'\0', '\x07', '\x7f'}) {
        lying[0] = length;
        Message message = test::route("192.0.2.0/24");
        message.bytes(RTA_MULTIPATH, lying);
        world.tell(message);
        CHECK(world.routes().empty());
    }
}

TEST_CASE("IPv6 joins hops in one route and takes single ones out")
{
    Mirrored world;
    world.tell(via(test::route("2001:db8:5::/48"), Multipath().hop(3, "2001:db8::1").hop(4, "2001:db8::2")));
    world.tell(via(test::route("2001:db8:5::/48", 0, RTM_DELROUTE), 3, "2001:db8::1"));
    CHECK(world.routes() == Lines{"2001:db8:5::/48 edge 2001:db8::2 x1"});
    world.tell(via(test::route("2001:db8:5::/48", 0, RTM_DELROUTE), 4, "2001:db8::2"));
    CHECK(world.routes().empty());
}

TEST_CASE("IPv4 hides routes behind the first of a prefix; when that goes they must be read again")
{
    Mirrored world;
    world.tell(via(test::route("192.0.2.0/24"), 3, "10.20.0.1"));
    world.tell(via(test::route("192.0.2.0/24", 0, RTM_NEWROUTE, NLM_F_APPEND), 3, "10.20.0.2"));
    CHECK(world.routes() == Lines{"192.0.2.0/24 fabric 10.20.0.1 x1"});
    CHECK_FALSE(world.mirror.take_stale());
    world.tell(via(test::route("192.0.2.0/24", 0, RTM_DELROUTE), 3, "10.20.0.1"));
    CHECK(world.mirror.take_stale());
}

} // namespace sluice::control::netlink
