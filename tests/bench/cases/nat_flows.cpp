#include "tests/bench/cases/nat_flows.hpp"

#include <new>

#include "tests/bench/world.hpp"

namespace sluice::bench {
namespace {

constexpr std::size_t flows_per_subscriber = 16;
constexpr std::uint16_t server_port = 443;
constexpr std::uint16_t first_inside_port = 20'000;

std::uint32_t server(std::uint32_t flow)
{
    return internet_first + ((flow * 2'654'435'761U) >> 8);
}

} // namespace

PublicPorts::PublicPorts()
    : until_(static_cast<std::uint32_t*>(std::calloc(std::size_t{Carrier::addresses} << 16, sizeof(std::uint32_t))))
{
    if (until_ == nullptr) throw std::bad_alloc();
}

bool PublicPorts::take(std::uint32_t address, std::uint16_t port, std::optional<std::chrono::milliseconds> life)
{
    const std::uint32_t index = address - Carrier::first;
    if (index >= Carrier::addresses || port < Carrier::first_port) return false;
    std::uint32_t& until = until_[std::size_t{index} << 16 | port];
    const bool is_free = until == free || (until != for_ever && until <= now_ms());
    until = life ? now_ms() + static_cast<std::uint32_t>(life->count()) : for_ever;
    return is_free;
}

std::uint32_t PublicPorts::now_ms() const
{
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start_);
    return static_cast<std::uint32_t>(passed.count()) + 1;
}

NatFlows::NatFlows(std::size_t count, Side near_side, std::uint32_t first_subscriber, std::uint32_t subscribers)
    : Conversations(count, std::move(near_side), plain(internet_port, internet_router))
    , first_subscriber_(first_subscriber)
    , subscribers_(subscribers)
    , public_(count)
{
}

void NatFlows::live_for(std::chrono::milliseconds life, const NatFlows& others)
{
    life_ = life;
    ports_ = others.ports_;
}

Segment NatFlows::near(std::uint32_t flow, std::uint8_t flags) const
{
    Segment segment;
    segment.source = v4(first_subscriber_ + flow % subscribers_);
    segment.destination = v4(server(flow));
    segment.source_port = static_cast<std::uint16_t>(first_inside_port + flow / subscribers_);
    segment.destination_port = server_port;
    segment.flags = flags;
    return segment;
}

Segment NatFlows::far(std::uint32_t flow, std::uint8_t flags) const
{
    Segment segment = near(flow, flags);
    segment.source = v4(public_[flow].address);
    segment.source_port = public_[flow].port;
    return segment;
}

bool NatFlows::learn(std::uint32_t flow, test::ByteSpan packet)
{
    if (packet.size() < 24) return false;
    const auto address = static_cast<std::uint32_t>(number_at(packet, 12, 4));
    const auto port = static_cast<std::uint16_t>(number_at(packet, 20, 2));
    public_[flow] = {address, port};
    return ports_->take(address, port, life_);
}

std::shared_ptr<NatFlows> campus_flows(std::size_t count)
{
    const auto subscribers = static_cast<std::uint32_t>((count + flows_per_subscriber - 1) / flows_per_subscriber);
    return std::make_shared<NatFlows>(count, plain(campus_port, campus_router(0)), campus_first + 257, subscribers);
}

} // namespace sluice::bench
