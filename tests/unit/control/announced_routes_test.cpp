// Our routes on the announcing link: found, wanted, and the difference.
#include <catch2/catch.hpp>

#include "control/feeds/netlink/announced_routes.hpp"
#include "control/feeds/netlink/mirror.hpp"
#include "tests/unit/control/messages.hpp"

namespace sluice::control::netlink {
namespace {

using namespace sluice::test;
using Lines = std::vector<std::string>;

constexpr int sluice0 = 9;

Message ours(const std::string& prefix, std::uint32_t metric = 100, std::uint16_t type = RTM_NEWROUTE,
             std::uint32_t link = sluice0)
{
    return via(route(prefix, metric, type, 0, own_protocol), link);
}

class Kernel {
public:
    Kernel() { tell(link(sluice0, "sluice0")); }
    void tell(Message message) { routes.handle(message.message(), now); }
    void want(std::uint64_t dataplane, const Lines& prefixes, std::uint32_t metric = 100)
    {
        WantedRoutes wanted{dataplane, {}};
        for (const std::string& prefix : prefixes)
            wanted.metrics[Prefix::parse(prefix).value()] = metric;
        routes.want(wanted);
    }
    // "+203.0.113.80/32 100"
    Lines changes()
    {
        Lines out;
        const auto due = routes.changes();
        for (const auto& [prefix, metric] : due.add)
            out.push_back("+" + prefix.text() + " " + std::to_string(metric));
        for (const auto& [prefix, metric] : due.remove)
            out.push_back("-" + prefix.text() + " " + std::to_string(metric));
        return out;
    }
    Lines present() const
    {
        Lines out;
        for (const AnnouncedRoute& route : routes.snapshot())
            out.push_back(route.prefix.text() + " " + std::to_string(route.metric));
        return out;
    }

    AnnouncedRoutes routes;
    AnnouncedRoutes::TimePoint now{std::chrono::hours(1)};
};

} // namespace

TEST_CASE("what is found is adopted, and only the difference is changed")
{
    Kernel kernel;
    kernel.tell(ours("203.0.113.80/32"));
    kernel.tell(ours("203.0.113.81/32"));
    kernel.tell(ours("2001:db8:80::80/128"));
    CHECK(kernel.changes().empty()); // nobody has wanted anything yet
    kernel.want(1, {"203.0.113.80/32", "203.0.113.82/32", "2001:db8:80::80/128"});
    CHECK(kernel.changes() == Lines{"+203.0.113.82/32 100", "-203.0.113.81/32 100"});
    kernel.tell(ours("203.0.113.82/32"));
    kernel.tell(ours("203.0.113.81/32", 100, RTM_DELROUTE));
    CHECK(kernel.changes().empty());
}

TEST_CASE("routes of others, on other links and in other tables are not ours")
{
    Kernel kernel;
    kernel.tell(via(route("203.0.113.80/32", 100), sluice0));
    kernel.tell(ours("203.0.113.81/32", 100, RTM_NEWROUTE, 3));
    kernel.tell(ours("0.0.0.0/0"));
    Message elsewhere = ours("203.0.113.82/32");
    elsewhere.number(RTA_TABLE, 77);
    kernel.tell(elsewhere);
    Message cut(RTM_NEWROUTE);
    kernel.tell(cut);
    CHECK(kernel.present().empty());
    kernel.want(1, {});
    CHECK(kernel.changes().empty());
}

TEST_CASE("without a dataplane to serve them routes are only removed")
{
    Kernel kernel;
    kernel.tell(ours("203.0.113.80/32"));
    kernel.want(0, {"203.0.113.82/32"});
    CHECK(kernel.changes() == Lines{"-203.0.113.80/32 100"});
}

TEST_CASE("a change of kind announces the new before it withdraws the old")
{
    Kernel kernel;
    kernel.tell(ours("203.0.113.80/32", 100));
    kernel.want(1, {"203.0.113.80/32"}, 101);
    CHECK(kernel.changes() == Lines{"+203.0.113.80/32 101", "-203.0.113.80/32 100"});
}

TEST_CASE("a new link is another dataplane's: nothing is added for the former one")
{
    Kernel kernel;
    kernel.want(1, {"203.0.113.80/32"});
    kernel.tell(ours("203.0.113.80/32"));
    kernel.tell(link(sluice0, "sluice0", 0, RTM_DELLINK));
    CHECK(kernel.present().empty());
    CHECK(kernel.changes().empty());
    kernel.tell(link(12, "sluice0"));
    CHECK(kernel.changes().empty());
    kernel.want(2, {"203.0.113.80/32"});
    CHECK(kernel.changes() == Lines{"+203.0.113.80/32 100"});
}

TEST_CASE("a link that was exchanged behind a lost event is noticed by the next dump")
{
    Kernel kernel;
    kernel.want(1, {"203.0.113.80/32"});
    kernel.tell(ours("203.0.113.80/32"));
    kernel.routes.clear();
    kernel.tell(link(12, "sluice0"));
    CHECK(kernel.changes().empty());
    kernel.want(2, {"203.0.113.80/32"});
    CHECK(kernel.changes() == Lines{"+203.0.113.80/32 100"});
}

TEST_CASE("what was wanted before the link came counts for no dataplane")
{
    AnnouncedRoutes routes;
    routes.want(WantedRoutes{1, {{Prefix::parse("203.0.113.80/32").value(), 100}}});
    CHECK(routes.changes().add.empty());
    routes.handle(link(sluice0, "sluice0").message(), {});
    CHECK(routes.changes().add.empty());
}

TEST_CASE("a dump keeps the time since when a route has been known")
{
    Kernel kernel;
    kernel.tell(ours("203.0.113.80/32"));
    const auto then = kernel.now;
    kernel.now += std::chrono::minutes(5);
    kernel.routes.clear();
    kernel.tell(link(sluice0, "sluice0"));
    kernel.tell(ours("203.0.113.80/32"));
    kernel.tell(ours("203.0.113.81/32"));
    REQUIRE(kernel.routes.snapshot().size() == 2);
    CHECK(kernel.routes.snapshot()[0].since == then);
    CHECK(kernel.routes.snapshot()[1].since == kernel.now);
    kernel.tell(ours("203.0.113.80/32", 100, RTM_DELROUTE));
    kernel.tell(ours("203.0.113.80/32"));
    CHECK(kernel.routes.snapshot()[0].since == kernel.now);
}

TEST_CASE("a link that goes down or comes back is dumped again")
{
    Kernel kernel;
    CHECK_FALSE(kernel.routes.take_stale());
    kernel.tell(link(sluice0, "sluice0", 0));
    CHECK(kernel.routes.take_stale());
    kernel.tell(link(sluice0, "sluice0"));
    CHECK(kernel.routes.take_stale());
    kernel.tell(link(sluice0, "sluice0"));
    CHECK_FALSE(kernel.routes.take_stale());
}

} // namespace sluice::control::netlink
