#include "tests/bench/cases/direct_flows.hpp"

#include <algorithm>

#include "tests/bench/world.hpp"

namespace sluice::bench {
namespace {

constexpr std::uint16_t inner_link = 14; // the Ethernet header in front of the tunnelled packet

Side to_machines(const std::shared_ptr<std::vector<std::uint8_t>>& chosen)
{
    const auto machine_of = [chosen](std::uint32_t flow, const Segment&) -> std::uint32_t { return (*chosen)[flow]; };
    Side side = behind_vxlan(machine_of, [](std::uint32_t) { return Machine::shop_vni; });
    side.leaving_ip -= inner_link; // where learn() begins to read
    return side;
}

} // namespace

DirectFlows::DirectFlows(std::size_t count, const Chosen& chosen)
    : Conversations(count, plain(internet_port, internet_router), to_machines(chosen))
    , chosen_(chosen)
{
}

Shared DirectFlows::make(std::size_t count)
{
    return Shared(new DirectFlows(count, std::make_shared<std::vector<std::uint8_t>>(count)));
}

Segment DirectFlows::near(std::uint32_t flow, std::uint8_t flags) const
{
    Segment segment;
    segment.source = v4(internet_first + flow);
    segment.destination = v4(Service::address);
    segment.source_port = static_cast<std::uint16_t>(20'000 + flow % 4'096);
    segment.destination_port = Service::port;
    segment.flags = flags;
    return segment;
}

bool DirectFlows::learn(std::uint32_t flow, test::ByteSpan frame)
{
    for (std::uint32_t machine = 0; machine < Service::backends; ++machine) {
        const Mac mac = Machine::mac(machine);
        if (frame.size() < mac.size() || !std::ranges::equal(frame.first(mac.size()), mac)) continue;
        (*chosen_)[flow] = static_cast<std::uint8_t>(machine);
        return true;
    }
    return false;
}

} // namespace sluice::bench
