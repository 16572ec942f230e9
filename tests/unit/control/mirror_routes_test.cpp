// The kernel's routes of the main table, as far as they lead through links of ours.
#include <catch2/catch.hpp>

#include <map>
#include <random>

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
        world.told.apply(world.mirror.take());
        return world.told.source("192.0.2.0/24");
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

TEST_CASE("a list of next hops that is cut off or lies about its length is refused")
{
    for (const std::size_t size : {0U, 1U, 7U, 8U, 15U, 16U, 17U, 31U}) {
        Mirrored world;
        const std::string whole = Multipath().hop(3, "10.20.0.1").hop(3, "10.20.0.2").bytes();
        Message message = test::route("192.0.2.0/24");
        message.bytes(RTA_MULTIPATH, whole.substr(0, size));
        world.tell(message);
        INFO(size);
        CHECK(world.routes().size() == (size == 16 ? 1U : 0U));
        CHECK(world.mirror.refused() == (size % 16 == 0 ? 0U : 1U));
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
    CHECK(world.mirror.refused() == 3);
    CHECK(world.mirror.first_refused() == "the route 192.0.2.0/24 with next hops that cannot be read");
}

TEST_CASE("a route whose prefix or gateway cannot be read is refused, not taken for a default route or one on link")
{
    Mirrored world;
    const auto refused = [&](Message message) {
        const std::uint64_t before = world.mirror.refused();
        world.tell(std::move(message));
        CHECK(world.routes().empty());
        return world.mirror.refused() - before;
    };
    Message odd = via(test::route("0.0.0.0/0"), 3);
    odd.bytes(RTA_DST, "abc");
    CHECK(refused(std::move(odd)) == 1);
    Message other = via(test::route("0.0.0.0/0"), 3);
    other.address(RTA_DST, "2001:db8::");
    CHECK(refused(std::move(other)) == 1);
    Message overlong = via(test::route("192.0.2.0/24"), 3);
    static_cast<rtmsg*>(mnl_nlmsg_get_payload(overlong.header()))->rtm_dst_len = 33;
    CHECK(refused(std::move(overlong)) == 1);
    Message gateway = via(test::route("192.0.2.0/24"), 3);
    gateway.bytes(RTA_GATEWAY, "abcde");
    CHECK(refused(std::move(gateway)) == 1);
    Message family = via(test::route("192.0.2.0/24"), 3);
    family.bytes(RTA_VIA, "a");
    CHECK(refused(std::move(family)) == 1);
    CHECK(refused(via(test::route("192.0.2.0/24"), 9)) == 0); // somebody else's
}

TEST_CASE("many changes of one route between two looks are one, and none when it is gone again")
{
    Mirrored world;
    for (int i = 1; i < 50; ++i)
        world.tell(via(test::route("192.0.2.0/24"), 3, ("10.20.0." + std::to_string(i)).c_str()));
    world.tell(via(test::route("192.0.3.0/24"), 3, "10.20.0.1"));
    world.tell(via(test::route("192.0.3.0/24", 0, RTM_DELROUTE), 3, "10.20.0.1"));
    CHECK(world.routes() == Lines{"192.0.2.0/24 fabric 10.20.0.49 x1"});
    CHECK(world.told.changes == 2); // the second one as gone
    CHECK_FALSE(world.mirror.has_changes());
}

TEST_CASE("whatever comes in whatever order, what was told is what a mirror of the end tells")
{
    std::mt19937 random(11);
    const auto below = [&](unsigned bound) { return static_cast<unsigned>(random() % bound); };
    Mirrored world;
    std::map<std::pair<std::string, unsigned>, std::string> kernel; // prefix, metric → gateway
    for (int i = 0; i < 5'000; ++i) {
        const std::string prefix = below(2) == 0 ? "192.0." + std::to_string(below(4)) + ".0/24"
                                                 : "2001:db8:" + std::to_string(below(4)) + "::/48";
        const unsigned metric = below(3) * 10;
        const bool v6 = prefix[0] == '2' && prefix[1] == '0';
        const auto known = kernel.find({prefix, metric});
        if (known != kernel.end() && below(3) == 0) {
            world.tell(via(test::route(prefix.c_str(), metric, RTM_DELROUTE), 3, known->second.c_str()));
            kernel.erase(known);
        } else {
            const std::string gateway = (v6 ? "2001:db8:ffff::" : "10.20.0.") + std::to_string(1 + below(5));
            world.tell(via(test::route(prefix.c_str(), metric), 3, gateway.c_str()));
            kernel[{prefix, metric}] = gateway;
        }
        if (below(500) == 0) {
            world.mirror.begin_dump();
            world.tell(link(3, "fabric"));
            world.tell(link(4, "edge"));
            for (const auto& [key, gateway] : kernel)
                world.tell(via(test::route(key.first.c_str(), key.second), 3, gateway.c_str()));
            world.mirror.end_dump();
        }
        if (below(4) != 0) continue;
        std::map<Prefix, std::string> expected;
        for (const auto& [key, gateway] : kernel) // metrics in order: the first stands
            expected.emplace(*Prefix::parse(key.first),
                             Prefix::parse(key.first)->text() + " fabric " + gateway + " x1");
        Lines lines;
        for (const auto& [key, line] : expected)
            lines.push_back(line);
        REQUIRE(world.routes() == lines);
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
