// Ageing with a clock and grace periods of the test's own.
#pragma once

#include "pipelines/ageing.hpp"
#include "tests/unit/table/flows.hpp"

namespace sluice::test {

struct AgeingWorld final : dataplane::GracePeriods {
    static constexpr std::uint64_t hz = 2'600'000'000;

    explicit AgeingWorld(std::uint32_t limit)
        : sessions(limit)
        , ageing(sessions, *this, hz)
    {
    }

    std::uint64_t start() override { return ++begun; }
    bool passed(std::uint64_t) override { return !worker_stands_still; }

    // What the table server does in that time.
    void wait(double seconds)
    {
        const std::uint64_t end = now + static_cast<std::uint64_t>(seconds * hz);
        while (now < end) {
            now = std::min(now + hz / 100, end);
            run();
        }
    }
    unsigned run()
    {
        unsigned slices = 1;
        while (ageing.run(now, tables))
            ++slices;
        return slices;
    }

    table::SessionTable<table::FlowKey4>& v4() { return sessions.of<V4>(); }
    std::uint32_t begin(std::uint32_t number, std::uint8_t protocol, table::Cold cold = {})
    {
        table::Pair<table::FlowKey4> pair = flow<table::FlowKey4>(number);
        pair.forward.key.protocol = pair.reverse.key.protocol = protocol;
        pair.cold = cold;
        pair.now = v4().tick(now);
        return insert(v4(), pair).entry;
    }

    std::uint64_t now = 1'000 * hz;
    std::uint64_t begun = 0; // grace periods
    bool worker_stands_still = false;
    table::Snapshot tables;
    translate::Sessions sessions;
    Ageing ageing;
};

} // namespace sluice::test
