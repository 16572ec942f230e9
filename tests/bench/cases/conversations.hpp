// TCP connections through the node, each translated by a session: who speaks to whom before and after the rewrite, and
// how their sessions come to be. The near side is the one that opens.
#pragma once

#include <memory>

#include "tests/bench/cases.hpp"
#include "tests/bench/cases/side.hpp"

namespace sluice::bench {

class Conversations {
public:
    Conversations(std::size_t count, Side near_side, Side far_side)
        : count_(static_cast<std::uint32_t>(count))
        , near_side_(std::move(near_side))
        , far_side_(std::move(far_side))
    {
    }
    virtual ~Conversations() = default;
    Conversations(const Conversations&) = delete;
    Conversations& operator=(const Conversations&) = delete;

    // A segment from the near to the far side, as its sender writes it and as it reaches the other.
    [[nodiscard]] virtual Segment near(std::uint32_t flow, std::uint8_t flags) const = 0;
    [[nodiscard]] virtual Segment far(std::uint32_t flow, std::uint8_t flags) const = 0;
    // The node's choice for a new flow, from the IP packet that left. False when it was not free to choose that.
    [[nodiscard]] virtual bool learn(std::uint32_t flow, test::ByteSpan packet) = 0;

    [[nodiscard]] std::uint32_t count() const { return count_; }
    [[nodiscard]] const Side& near_side() const { return near_side_; }
    [[nodiscard]] const Side& far_side() const { return far_side_; }

private:
    std::uint32_t count_;
    Side near_side_;
    Side far_side_;
};
using Shared = std::shared_ptr<Conversations>;

// Flows from `begin` to before `end`.
struct Part {
    std::uint32_t begin;
    std::uint32_t end;
};
[[nodiscard]] Part all_of(const Conversations& flows);

// What the near side sends, or the far side answers, and what must become of it. The oracle's flow 0 is `part.begin`.
[[nodiscard]] Train outward(const Conversations& flows, const Part& part, std::uint8_t flags);
[[nodiscard]] Train inward(const Conversations& flows, const Part& part, std::uint8_t flags);
[[nodiscard]] Oracle oracle_outward(const Shared& flows, const Part& part, std::uint8_t flags);
[[nodiscard]] Oracle oracle_inward(const Shared& flows, const Part& part, std::uint8_t flags);
[[nodiscard]] Oracle oracle_opening(const Shared& flows, const Part& part); // learns

// SYN, SYN and ACK, ACK of every flow, each judged; so many flows begin in a second at most (0: as fast as it goes).
void establish(Node& node, const Shared& flows, double most_per_second = 0);

// After establish(): ACKs in the midst of the connections, one per flow.
[[nodiscard]] Prepared timed_outward(const Shared& flows);
[[nodiscard]] Prepared timed_inward(const Shared& flows);

} // namespace sluice::bench
