#include "tests/bench/cases/conversations.hpp"

#include <algorithm>

namespace sluice::bench {
namespace {

constexpr std::uint32_t part_flows = 1U << 18; // established together

} // namespace

Part all_of(const Conversations& flows)
{
    return {0, flows.count()};
}

Train outward(const Conversations& flows, const Part& part, std::uint8_t flags)
{
    const Side& side = flows.near_side();
    Train train(side.port, side.layout);
    for (std::uint32_t flow = part.begin; flow < part.end; ++flow)
        train.add(side.arriving(flow, flows.near(flow, flags)));
    return train;
}

Train inward(const Conversations& flows, const Part& part, std::uint8_t flags)
{
    const Side& side = flows.far_side();
    Train train(side.port, side.layout);
    for (std::uint32_t flow = part.begin; flow < part.end; ++flow)
        train.add(side.arriving(flow, answer_to(flows.far(flow, flags))));
    return train;
}

Oracle oracle_outward(const Shared& flows, const Part& part, std::uint8_t flags)
{
    return [flows, part, flags](std::uint32_t index, test::ByteSpan got) -> std::optional<Expected> {
        const std::uint32_t flow = part.begin + index;
        const Side& side = flows->far_side();
        const auto frame = side.leaving(flow, forwarded(flows->far(flow, flags)), got);
        return frame ? std::optional(Expected{side.port, *frame}) : std::nullopt;
    };
}

Oracle oracle_inward(const Shared& flows, const Part& part, std::uint8_t flags)
{
    return [flows, part, flags](std::uint32_t index, test::ByteSpan got) -> std::optional<Expected> {
        const std::uint32_t flow = part.begin + index;
        const Side& side = flows->near_side();
        const auto frame = side.leaving(flow, forwarded(answer_to(flows->near(flow, flags))), got);
        return frame ? std::optional(Expected{side.port, *frame}) : std::nullopt;
    };
}

Oracle oracle_opening(const Shared& flows, const Part& part)
{
    const Oracle next = oracle_outward(flows, part, TcpFlags::syn);
    return [flows, part, next](std::uint32_t index, test::ByteSpan got) -> std::optional<Expected> {
        const std::size_t ip = flows->far_side().leaving_ip;
        if (got.size() < ip || !flows->learn(part.begin + index, got.subspan(ip))) return std::nullopt;
        return next(index, got);
    };
}

// In parts, so that no session waits for its answer until it is aged out.
void establish(Node& node, const Shared& flows, double most_per_second)
{
    const std::uint32_t end = flows->count();
    for (std::uint32_t begin = 0; begin < end; begin += std::min(part_flows, end - begin)) {
        const Part part{begin, begin + std::min(part_flows, end - begin)};
        Train first = outward(*flows, part, TcpFlags::syn);
        node.establish(first, oracle_opening(flows, part), most_per_second);
        Train second = inward(*flows, part, TcpFlags::syn | TcpFlags::ack);
        node.establish(second, oracle_inward(flows, part, TcpFlags::syn | TcpFlags::ack));
        Train third = outward(*flows, part, TcpFlags::ack);
        node.establish(third, oracle_outward(flows, part, TcpFlags::ack));
    }
}

Prepared timed_outward(const Shared& flows)
{
    Train train = outward(*flows, all_of(*flows), TcpFlags::ack);
    train.shuffle(flows->count());
    return {std::move(train), oracle_outward(flows, all_of(*flows), TcpFlags::ack), flows->count()};
}

Prepared timed_inward(const Shared& flows)
{
    Train train = inward(*flows, all_of(*flows), TcpFlags::ack);
    train.shuffle(flows->count());
    return {std::move(train), oracle_inward(flows, all_of(*flows), TcpFlags::ack), flows->count()};
}

} // namespace sluice::bench
