// A train sent once, and every frame that leaves compared with what the oracle says must leave. Untimed.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "tests/bench/lane.hpp"
#include "tests/bench/train.hpp"

namespace sluice::bench {

// What must leave, and by which port.
struct Expected {
    std::uint16_t port = 0;
    Frame frame;
};

// Asked for each packet in the order of the train. `got` is what left: an oracle reads from it what the node was free
// to choose (a public port, a backend, an entropy port), and says nullopt when the node was not free to choose that.
using Oracle = std::function<std::optional<Expected>(std::uint32_t flow, test::ByteSpan got)>;

class Pass final : public Job {
public:
    // `most`: packets, when not the whole train. `most_per_second`: 0: as fast as it goes.
    Pass(Train& train, unsigned burst, rte_mempool* pool, Oracle oracle, std::size_t most = ~std::size_t{0},
         double most_per_second = 0);

    [[nodiscard]] unsigned receive(rte_mbuf** frames, unsigned room) noexcept override;
    void take(std::uint16_t port, rte_mbuf** frames, unsigned count) noexcept override;

    // After is_done(): empty, or what was wrong first.
    [[nodiscard]] std::string trouble() const;

private:
    [[nodiscard]] bool is_ahead_of_pace() noexcept;
    void judge(std::uint16_t port, const rte_mbuf& frame) noexcept;

    Train& train_;
    unsigned burst_;
    rte_mempool* pool_;
    Oracle oracle_;
    std::size_t wanted_;
    double per_cycle_;          // packets per TSC cycle; 0: any number
    std::uint64_t started_ = 0; // TSC, of this stretch at an even pace
    std::size_t sent_at_start_ = 0;
    std::size_t sent_ = 0;
    std::size_t left_ = 0;
    std::size_t wrong_ = 0;
    std::string first_wrong_;
};

} // namespace sluice::bench
