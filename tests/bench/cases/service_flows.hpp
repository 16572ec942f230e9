// Clients of the internet that call a service; the node chooses the backend.
#pragma once

#include <vector>

#include "tests/bench/cases/conversations.hpp"

namespace sluice::bench {

enum class Family { v4, v6 };

class ServiceFlows final : public Conversations {
public:
    // Flow f is of client number `first_client` + f.
    ServiceFlows(std::size_t count, Family family, std::vector<Address> backends, Side far_side,
                 std::uint32_t first_client = 0);

    [[nodiscard]] Segment near(std::uint32_t flow, std::uint8_t flags) const override;
    [[nodiscard]] Segment far(std::uint32_t flow, std::uint8_t flags) const override;
    [[nodiscard]] bool learn(std::uint32_t flow, test::ByteSpan packet) override;

private:
    Family family_;
    std::vector<Address> backends_;
    std::vector<std::uint8_t> chosen_; // by flow, index into backends_
    std::uint32_t first_client_;
};

// With backends on the campus, in plain frames.
[[nodiscard]] Shared campus_service_flows(std::size_t count, Family family, std::uint32_t first_client = 0);
// With machines of the shop behind VXLAN.
[[nodiscard]] Shared shop_service_flows(std::size_t count);

} // namespace sluice::bench
