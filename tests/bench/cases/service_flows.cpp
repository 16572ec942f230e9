#include "tests/bench/cases/service_flows.hpp"

#include <algorithm>

#include "tests/bench/world.hpp"

namespace sluice::bench {
namespace {

std::vector<Address> backends_from(std::uint32_t first)
{
    std::vector<Address> backends;
    for (std::uint32_t i = 0; i < Service::backends; ++i)
        backends.push_back(v4(first + i));
    return backends;
}

std::vector<Address> backends6()
{
    std::vector<Address> backends;
    for (std::uint32_t i = 0; i < Service::backends; ++i)
        backends.push_back(v6(Service::campus_prefix6, 1 + i));
    return backends;
}

// Which machine the segment is to or, being an answer, from.
std::uint32_t machine_of(std::uint32_t, const Segment& segment)
{
    const auto destination = static_cast<std::uint32_t>(number_at(segment.destination.span(), 0, 4));
    const auto source = static_cast<std::uint32_t>(number_at(segment.source.span(), 0, 4));
    const bool is_answer = source - Machine::address(0) < Service::backends;
    return (is_answer ? source : destination) - Machine::address(0);
}

} // namespace

ServiceFlows::ServiceFlows(std::size_t count, Family family, std::vector<Address> backends, Side far_side,
                           std::uint32_t first_client)
    : Conversations(count, plain(internet_port, internet_router, family == Family::v4), std::move(far_side))
    , family_(family)
    , backends_(std::move(backends))
    , chosen_(count)
    , first_client_(first_client)
{
}

Segment ServiceFlows::near(std::uint32_t flow, std::uint8_t flags) const
{
    const bool is_v4 = family_ == Family::v4;
    const std::uint32_t client = first_client_ + flow;
    Segment segment;
    segment.source = is_v4 ? v4(internet_first + client) : v6(internet_prefix6, client);
    segment.destination = is_v4 ? v4(Service::address) : v6(Service::prefix6, Service::address6);
    segment.source_port = static_cast<std::uint16_t>(20'000 + client % 4'096);
    segment.destination_port = Service::port;
    segment.flags = flags;
    return segment;
}

Segment ServiceFlows::far(std::uint32_t flow, std::uint8_t flags) const
{
    Segment segment = near(flow, flags);
    segment.destination = backends_[chosen_[flow]];
    segment.destination_port = Service::backend_port;
    return segment;
}

bool ServiceFlows::learn(std::uint32_t flow, test::ByteSpan packet)
{
    const std::size_t at = family_ == Family::v4 ? 16 : 24;
    const std::size_t length = backends_.front().length;
    if (packet.size() < at + length) return false;
    const auto found = std::ranges::find_if(backends_, [got = packet.subspan(at, length)](const Address& backend) {
        return std::ranges::equal(got, backend.span());
    });
    if (found == backends_.end()) return false;
    chosen_[flow] = static_cast<std::uint8_t>(found - backends_.begin());
    return true;
}

Shared campus_service_flows(std::size_t count, Family family, std::uint32_t first_client)
{
    const bool is_v4 = family == Family::v4;
    return std::make_shared<ServiceFlows>(count, family, is_v4 ? backends_from(Service::campus_backend) : backends6(),
                                          plain(campus_port, campus_router(0), is_v4), first_client);
}

Shared shop_service_flows(std::size_t count)
{
    const auto shop = [](std::uint32_t) { return Machine::shop_vni; };
    return std::make_shared<ServiceFlows>(count, Family::v4, backends_from(Machine::address(0)),
                                          behind_vxlan(machine_of, shop));
}

} // namespace sluice::bench
