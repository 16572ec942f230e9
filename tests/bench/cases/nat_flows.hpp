// Connections that leave by NAT through the carrier's pool.
#pragma once

#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <vector>

#include "tests/bench/cases/conversations.hpp"

namespace sluice::bench {

// The public ports that flows have, so that none is given to two at a time.
class PublicPorts {
public:
    PublicPorts();

    // False when the port is outside of the pool, or another flow's. One that is taken for `life` may be somebody
    // else's afterwards, but not before.
    [[nodiscard]] bool take(std::uint32_t address, std::uint16_t port,
                            std::optional<std::chrono::milliseconds> life = std::nullopt);

private:
    using Clock = std::chrono::steady_clock;
    static constexpr std::uint32_t free = 0;
    static constexpr std::uint32_t for_ever = ~std::uint32_t{0};

    [[nodiscard]] std::uint32_t now_ms() const;

    Clock::time_point start_ = Clock::now();
    // By address and port, milliseconds from the start on. Zero pages are not there until they are written.
    struct Free {
        void operator()(std::uint32_t* memory) const { std::free(memory); }
    };
    std::unique_ptr<std::uint32_t[], Free> until_;
};

class NatFlows final : public Conversations {
public:
    // Flow f is of the subscriber `first_subscriber` + f % subscribers.
    NatFlows(std::size_t count, Side near_side, std::uint32_t first_subscriber, std::uint32_t subscribers);
    // Sessions end after `life` and are told from those of `others`.
    void live_for(std::chrono::milliseconds life, const NatFlows& others);

    [[nodiscard]] Segment near(std::uint32_t flow, std::uint8_t flags) const override;
    [[nodiscard]] Segment far(std::uint32_t flow, std::uint8_t flags) const override;
    [[nodiscard]] bool learn(std::uint32_t flow, test::ByteSpan packet) override;

private:
    struct Public {
        std::uint32_t address = 0;
        std::uint16_t port = 0;
    };

    std::uint32_t first_subscriber_;
    std::uint32_t subscribers_;
    std::vector<Public> public_;
    std::shared_ptr<PublicPorts> ports_ = std::make_shared<PublicPorts>();
    std::optional<std::chrono::milliseconds> life_;
};

// Of the campus, sixteen connections each.
[[nodiscard]] std::shared_ptr<NatFlows> campus_flows(std::size_t count);

} // namespace sluice::bench
