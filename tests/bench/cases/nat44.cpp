// NAT of the campus' private addresses to the carrier's pool, both sides plain IPv4. Each session is made as its users
// would: SYN out, SYN and ACK in, ACK out; what is timed are ACKs in the midst of the connection.
#include <algorithm>
#include <memory>

#include "tests/bench/cases.hpp"
#include "tests/bench/world.hpp"

namespace sluice::bench {
namespace {

constexpr std::size_t flows_per_subscriber = 16;
constexpr std::uint16_t server_port = 443;
constexpr std::uint32_t part_flows = 1U << 18; // established together

struct Public {
    std::uint32_t address = 0;
    std::uint16_t port = 0;
};

// The flows of a row, and what the node chose for each.
class Flows {
public:
    explicit Flows(std::size_t count)
        : subscribers_((count + flows_per_subscriber - 1) / flows_per_subscriber)
        , public_(count)
        , used_(std::size_t{Carrier::addresses} << 16)
    {
    }

    [[nodiscard]] std::size_t size() const { return public_.size(); }

    [[nodiscard]] Segment4 inside(std::uint32_t flow, std::uint8_t flags) const
    {
        Segment4 segment;
        segment.source = campus_first + 257 + static_cast<std::uint32_t>(flow % subscribers_);
        segment.destination = server(flow);
        segment.source_port = static_cast<std::uint16_t>(20'000 + flow / subscribers_);
        segment.destination_port = server_port;
        segment.flags = flags;
        return segment;
    }
    [[nodiscard]] Segment4 outside(std::uint32_t flow, std::uint8_t flags) const
    {
        Segment4 segment = inside(flow, flags);
        segment.source = public_[flow].address;
        segment.source_port = public_[flow].port;
        return segment;
    }

    // The node's choice for a new flow, from the frame that left: of the pool, and nobody else's.
    [[nodiscard]] bool learn(std::uint32_t flow, test::ByteSpan frame)
    {
        if (frame.size() < 54) return false;
        const auto address = static_cast<std::uint32_t>(number_at(frame, 26, 4));
        const auto port = static_cast<std::uint16_t>(number_at(frame, 34, 2));
        const std::uint32_t index = address - Carrier::first;
        if (index >= Carrier::addresses || port < Carrier::first_port) return false;
        public_[flow] = {address, port};
        const std::size_t place = std::size_t{index} << 16 | port;
        const bool is_new = !used_[place];
        used_[place] = true;
        return is_new;
    }

private:
    static std::uint32_t server(std::uint32_t flow) { return ipv4(11, 0, 0, 0) + ((flow * 2'654'435'761U) >> 8); }

    std::size_t subscribers_;
    std::vector<Public> public_;
    std::vector<bool> used_;
};

using Shared = std::shared_ptr<Flows>;

Segment4 answer(Segment4 segment)
{
    std::swap(segment.source, segment.destination);
    std::swap(segment.source_port, segment.destination_port);
    return segment;
}

Segment4 hop(Segment4 segment)
{
    --segment.ttl;
    return segment;
}

Frame padded(Frame frame)
{
    frame.pad_to(smallest_frame);
    return frame;
}

// Flows from `begin` to before `end`.
struct Part {
    std::uint32_t begin;
    std::uint32_t end;
};

Part all_of(const Flows& flows)
{
    return {0, static_cast<std::uint32_t>(flows.size())};
}

Train train_out(const Flows& flows, const Part& part, std::uint8_t flags)
{
    Train train(campus_port, Layout::tcp4(14));
    for (std::uint32_t flow = part.begin; flow < part.end; ++flow)
        train.add(padded(on_link(tcp4(flows.inside(flow, flags)), {our_mac(campus_port), campus_router(0)})));
    return train;
}

Train train_in(const Flows& flows, const Part& part, std::uint8_t flags)
{
    Train train(internet_port, Layout::tcp4(14));
    for (std::uint32_t flow = part.begin; flow < part.end; ++flow)
        train.add(padded(on_link(tcp4(answer(flows.outside(flow, flags))), {our_mac(internet_port), internet_router})));
    return train;
}

Oracle oracle_out(const Shared& flows, const Part& part, std::uint8_t flags)
{
    return [flows, part, flags](std::uint32_t index, test::ByteSpan) -> std::optional<Expected> {
        const Segment4 left = hop(flows->outside(part.begin + index, flags));
        return Expected{internet_port, on_link(tcp4(left), {internet_router, our_mac(internet_port)})};
    };
}

Oracle oracle_first(const Shared& flows, const Part& part)
{
    const Oracle next = oracle_out(flows, part, TcpFlags::syn);
    return [flows, part, next](std::uint32_t index, test::ByteSpan got) -> std::optional<Expected> {
        return flows->learn(part.begin + index, got) ? next(index, got) : std::nullopt;
    };
}

Oracle oracle_in(const Shared& flows, const Part& part, std::uint8_t flags)
{
    return [flows, part, flags](std::uint32_t index, test::ByteSpan) -> std::optional<Expected> {
        const Segment4 left = hop(answer(flows->inside(part.begin + index, flags)));
        return Expected{campus_port, on_link(tcp4(left), {campus_router(0), our_mac(campus_port)})};
    };
}

// In parts, so that no session waits for its answer until it is aged out.
Shared establish(Node& node, std::size_t count)
{
    const auto flows = std::make_shared<Flows>(count);
    const std::uint32_t end = all_of(*flows).end;
    for (std::uint32_t begin = 0; begin < end; begin += std::min(part_flows, end - begin)) {
        const Part part{begin, begin + std::min(part_flows, end - begin)};
        Train first = train_out(*flows, part, TcpFlags::syn);
        node.establish(first, oracle_first(flows, part));
        Train second = train_in(*flows, part, TcpFlags::syn | TcpFlags::ack);
        node.establish(second, oracle_in(flows, part, TcpFlags::syn | TcpFlags::ack));
        Train third = train_out(*flows, part, TcpFlags::ack);
        node.establish(third, oracle_out(flows, part, TcpFlags::ack));
    }
    return flows;
}

Prepared established_out(Node& node, std::size_t count)
{
    const Shared flows = establish(node, count);
    Train train = train_out(*flows, all_of(*flows), TcpFlags::ack);
    train.shuffle(count);
    return {std::move(train), oracle_out(flows, all_of(*flows), TcpFlags::ack), count};
}

Prepared established_in(Node& node, std::size_t count)
{
    const Shared flows = establish(node, count);
    Train train = train_in(*flows, all_of(*flows), TcpFlags::ack);
    train.shuffle(count);
    return {std::move(train), oracle_in(flows, all_of(*flows), TcpFlags::ack), count};
}

} // namespace

std::vector<Case> nat44_cases()
{
    const std::vector<std::size_t> counts{1, thousand, 16 * thousand, 64 * thousand, million, 8 * million};
    const std::vector<Budget> budgets{{1, 36},       {thousand, 40},    {16 * thousand, 45}, {64 * thousand, 50},
                                      {million, 80}, {8 * million, 110}};
    return {{"nat44-established-out", "flows", counts, budgets, true, hold_sessions, established_out},
            {"nat44-established-in", "flows", counts, budgets, false, hold_sessions, established_in}};
}

} // namespace sluice::bench
