#include "tests/unit/steering/site.hpp"

#include <stdexcept>

namespace sluice::test::site {
namespace {

void must(const Result<void>& done)
{
    if (!done) throw std::runtime_error(done.error().text());
}

} // namespace

void set_up(Loaded& loaded, Tunnels tunnels)
{
    using steering::Owner;
    const auto put = [&](std::string_view prefix, Owner owner) {
        must(loaded.maps.set(*Prefix::parse(prefix), owner));
    };
    put("203.0.113.64/28", Owner::gateway);
    put("203.0.113.80/32", Owner::gateway);
    put("203.0.113.65/32", Owner::kernel);
    put("192.0.2.2/32", Owner::kernel);
    put("2001:db8:1::80/128", Owner::gateway);
    steering::Endpoints ends;
    ends.vxlan = {*IpAddress::parse(tunnels == Tunnels::over4 ? kernel4 : kernel6), 4789};
    ends.gtpu = {*IpAddress::parse(gtpu4), 2152};
    must(loaded.maps.set(ends, *MacAddress::parse(mac)));
    must(loaded.maps.add_vlan(our_vlan));
}

} // namespace sluice::test::site
