// Clients of the internet that call a service whose address the machines of the shop hold: the packet goes unchanged in
// the tunnel to the machine that the node chooses, and the answer comes from the service's address.
#pragma once

#include <memory>
#include <vector>

#include "tests/bench/cases/conversations.hpp"

namespace sluice::bench {

class DirectFlows final : public Conversations {
public:
    [[nodiscard]] static Shared make(std::size_t count);

    [[nodiscard]] Segment near(std::uint32_t flow, std::uint8_t flags) const override;
    [[nodiscard]] Segment far(std::uint32_t flow, std::uint8_t flags) const override { return near(flow, flags); }
    // From the frame inside the tunnel: the machine shows in its MAC address only.
    [[nodiscard]] bool learn(std::uint32_t flow, test::ByteSpan frame) override;

private:
    using Chosen = std::shared_ptr<std::vector<std::uint8_t>>; // machine by flow

    DirectFlows(std::size_t count, const Chosen& chosen);

    Chosen chosen_;
};

} // namespace sluice::bench
