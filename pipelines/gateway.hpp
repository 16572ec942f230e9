// One worker's pipeline: bursts by the express lane as far as it goes and by the general way; and the packets that wait
// for a neighbour.
#pragma once

#include "dataplane/burst/pipeline.hpp"
#include "pipelines/forwarder.hpp"

namespace sluice {

class StageClock;

class Gateway final : public Pipeline {
public:
    // `new_sessions`: that may begin per second; 0: no cap. `stages`: where the passes' cycles are added; may be none.
    Gateway(translate::Sessions& sessions, Traffic traffic, std::uint64_t tsc_hz, std::uint32_t new_sessions,
            StageClock* stages = nullptr);

    void receive(BurstContext& context, std::uint16_t port, rte_mbuf* const* frames, unsigned count) noexcept override;
    void tick(BurstContext& context) noexcept override;
    void close(BurstContext& context) noexcept override;

    [[nodiscard]] Traffic& traffic() noexcept { return worker_.traffic; }

private:
    WorkerState worker_;
    StageClock* stages_;
    std::uint32_t routes_epoch_ = 0; // of the tables that held packets were last tried with
};

} // namespace sluice
