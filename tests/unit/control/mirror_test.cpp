// The kernel's links, addresses and neighbours, as far as they are ours.
#include <catch2/catch.hpp>

#include "tests/unit/control/mirrored.hpp"

namespace sluice::control::netlink {

using namespace sluice::test;

TEST_CASE("links of ours that are up are seen, and no others")
{
    Mirrored world;
    world.tell(link(5, "docker0"));
    world.tell(link(4, "edge", 0)); // down
    CHECK(world.mirror.links().size() == 1);
    CHECK(world.mirror.links().at("fabric").index == 3);
    CHECK(world.mirror.links().at("fabric").mtu == 1500);
    CHECK(world.mirror.links().size() == 1);
}

TEST_CASE("what the kernel says nothing about when a link changes must be read again")
{
    Mirrored world;
    CHECK_FALSE(world.mirror.take_stale());
    SECTION("a link goes down")
    {
        world.tell(link(3, "fabric", 0));
        CHECK(world.mirror.take_stale());
        CHECK_FALSE(world.mirror.take_stale()); // said once
        world.tell(link(3, "fabric"));
        CHECK_FALSE(world.mirror.take_stale()); // its routes are told as they come
    }
    SECTION("a link of ours appears, or is renamed to be ours")
    {
        world.tell(link(9, "docker0"));
        CHECK_FALSE(world.mirror.take_stale());
        world.mirror.set_links({"fabric", "edge", "n3"});
        CHECK(world.mirror.take_stale());
        world.tell(link(9, "n3"));
        CHECK(world.mirror.take_stale());
        CHECK(world.mirror.links().contains("n3"));
    }
    SECTION("a link goes, or is renamed to be somebody's")
    {
        world.tell(neighbor(3, "10.20.0.11"));
        world.tell(link(3, "fabric", IFF_UP, RTM_DELLINK));
        CHECK(world.mirror.take_stale());
        CHECK(world.neighbors().empty());
        world.tell(link(4, "renamed"));
        CHECK(world.mirror.take_stale());
        CHECK(world.mirror.links().empty());
    }
    SECTION("an address goes")
    {
        world.tell(address(3, "10.20.0.2", 24));
        CHECK_FALSE(world.mirror.take_stale());
        world.tell(address(3, "10.20.0.2", 24, RTM_DELADDR));
        CHECK(world.mirror.take_stale());
    }
    SECTION("the same set of interfaces is no change")
    {
        world.mirror.set_links({"edge", "fabric"});
        CHECK_FALSE(world.mirror.take_stale());
    }
}

TEST_CASE("a NIC that stays with the kernel is known by our name for it")
{
    Mirrored world;
    control::netlink::OurLinks ours{"edge"};
    ours.add("eth2", "fabric");
    world.mirror.set_links(ours);
    world.mirror.begin_dump();
    world.tell(link(3, "fabric")); // the TAP for what is punted
    CHECK(world.mirror.links().empty());
    world.tell(link(5, "eth2"));
    world.tell(neighbor(5, "10.20.0.11"));
    world.mirror.end_dump();
    CHECK(world.mirror.links().size() == 1);
    CHECK(world.mirror.links().at("fabric").index == 5);
    REQUIRE(world.neighbors().size() == 1);
    CHECK(world.neighbors()[0].starts_with("fabric 10.20.0.11 "));
    CHECK(world.mirror.is_usable({"fabric", *IpAddress::parse("10.20.0.11")}));
}

TEST_CASE("a bridge's view of a link says nothing about the link")
{
    Mirrored world;
    Message message(RTM_DELLINK);
    auto& header = message.extra<ifinfomsg>();
    header.ifi_family = AF_BRIDGE;
    header.ifi_index = 3;
    message.text(IFLA_IFNAME, "fabric");
    world.tell(message);
    CHECK(world.mirror.links().contains("fabric"));
}

TEST_CASE("addresses are held with whose they are")
{
    Mirrored world;
    world.tell(address(3, "10.20.0.2", 24).byte(IFA_PROTO, own_protocol));
    world.tell(address(3, "2001:db8::2", 64));
    world.tell(address(9, "172.17.0.1", 16)); // no link of ours
    const auto held = world.mirror.addresses(3);
    CHECK(held ==
          std::set<AddressEntry>{{*Prefix::parse("10.20.0.2/24"), true}, {*Prefix::parse("2001:db8::2/64"), false}});
    CHECK(world.mirror.addresses(9).empty());
    world.tell(address(3, "10.20.0.2", 24)); // somebody took it over
    CHECK(world.mirror.addresses(3).count({*Prefix::parse("10.20.0.2/24"), false}) == 1);
    CHECK(world.mirror.addresses(3).size() == 2);
    // On a point-to-point link IFA_ADDRESS is the other end.
    world.tell(address(4, "10.9.0.1", 32).address(IFA_LOCAL, "10.9.0.2"));
    CHECK(world.mirror.addresses(4).count({*Prefix::parse("10.9.0.2/32"), false}) == 1);
}

TEST_CASE("neighbours count while the kernel itself would use them")
{
    Mirrored world;
    for (const int state : {NUD_REACHABLE, NUD_STALE, NUD_DELAY, NUD_PROBE, NUD_PERMANENT}) {
        world.tell(neighbor(3, "10.20.0.11", state));
        CHECK(world.neighbors() == Lines{"fabric 10.20.0.11 02:00:00:00:00:07"});
        CHECK(world.mirror.is_stale({"fabric", *IpAddress::parse("10.20.0.11")}) == (state == NUD_STALE));
        for (const int gone : {NUD_INCOMPLETE, NUD_FAILED, NUD_NONE}) {
            world.tell(neighbor(3, "10.20.0.11", state));
            world.tell(neighbor(3, "10.20.0.11", gone));
            CHECK(world.neighbors().empty());
            CHECK_FALSE(world.mirror.is_usable({"fabric", *IpAddress::parse("10.20.0.11")}));
        }
    }
    world.tell(neighbor(4, "2001:db8::7"));
    world.tell(neighbor(4, "2001:db8::8", NUD_REACHABLE, RTM_NEWNEIGH, ""));
    world.tell(neighbor(9, "172.17.0.2"));
    CHECK(world.neighbors() == Lines{"edge 2001:db8::7 02:00:00:00:00:07"});
    CHECK(world.mirror.is_usable({"edge", *IpAddress::parse("2001:db8::7")}));
    CHECK_FALSE(world.mirror.is_usable({"fabric", *IpAddress::parse("2001:db8::7")}));
    world.tell(neighbor(4, "2001:db8::7", NUD_REACHABLE, RTM_DELNEIGH));
    CHECK(world.neighbors().empty());
}

TEST_CASE("messages that are too short, of another kind or without their attributes are nothing")
{
    Mirrored world;
    for (const std::uint16_t type : {RTM_NEWLINK, RTM_NEWADDR, RTM_NEWNEIGH, RTM_NEWROUTE, RTM_DELROUTE, RTM_NEWRULE}) {
        world.tell(Message(type));
        Message half(type);
        half.header()->nlmsg_len += 2;
        world.tell(half);
    }
    Message unaddressed(RTM_NEWADDR);
    unaddressed.extra<ifaddrmsg>().ifa_index = 3;
    world.tell(unaddressed);
    Message odd(RTM_NEWNEIGH);
    odd.extra<ndmsg>().ndm_family = AF_INET;
    odd.bytes(NDA_DST, "abc"); // an address of three bytes
    world.tell(odd);
    Message overlong = neighbor(3, "10.20.0.11");
    reinterpret_cast<nlattr*>(static_cast<char*>(mnl_nlmsg_get_payload(overlong.header())) + sizeof(ndmsg))->nla_len =
        200;
    world.tell(overlong);
    CHECK(world.mirror.links().size() == 2);
    CHECK(world.neighbors().empty());
    CHECK(world.routes().empty());
    CHECK(world.mirror.addresses(3).empty());
    CHECK(world.mirror.refused() > 8);
    CHECK(world.mirror.first_refused() == "a link shorter than its header");
}

TEST_CASE("a dump tells what is different from what was told, once it has ended well")
{
    Mirrored world;
    const auto tell_all = [&](const char* gateway) {
        world.tell(link(3, "fabric"));
        world.tell(link(4, "edge"));
        world.tell(neighbor(3, "10.20.0.11"));
        world.tell(via(test::route("192.0.2.0/24"), 3, "10.20.0.254"));
        world.tell(via(test::route("192.0.3.0/24"), 3, gateway));
    };
    tell_all("10.20.0.1");
    world.tell(via(test::route("192.0.4.0/24"), 3, "10.20.0.1"));
    world.tell(address(3, "10.20.0.2", 24));
    CHECK(world.routes().size() == 3);
    CHECK(world.told.changes == 3);

    world.mirror.begin_dump();
    CHECK(world.mirror.links().empty());
    CHECK(world.mirror.addresses(3).empty());
    world.tell(link(3, "fabric"));
    world.tell(via(test::route("192.0.9.0/24"), 3, "10.20.0.9"));
    CHECK(world.mirror.take().empty()); // it may fail yet
    world.mirror.begin_dump();          // it has
    tell_all("10.20.0.7");
    world.mirror.clear_routes(); // and begins again
    world.mirror.clear_neighbors();
    tell_all("10.20.0.7");
    CHECK_FALSE(world.mirror.has_changes());
    world.mirror.end_dump();
    CHECK(world.routes() == Lines{"192.0.2.0/24 fabric 10.20.0.254 x1", "192.0.3.0/24 fabric 10.20.0.7 x1"});
    CHECK(world.told.changes == 5); // one changed, one gone
    CHECK(world.neighbors().size() == 1);

    world.mirror.begin_dump();
    tell_all("10.20.0.7");
    world.mirror.end_dump();
    CHECK(world.mirror.take().empty());
    world.mirror.begin_dump();
    world.tell(link(3, "fabric"));
    world.mirror.end_dump();
    CHECK(world.routes().empty());
    CHECK(world.neighbors().empty());
}

} // namespace sluice::control::netlink
