// Ends sessions: those idle for too long, those whose service, backend or pool is gone, those that a backend which is
// down answers no more, and those that a worker has left for a new one. Runs in the table server's thread, in slices of
// at most 20 µs with the socket served in between; ScanPace says how fast, and a session ends at most one walk (1 to 10
// s) after its time. Time is the TSC: setting the wall clock ages nothing.
//
// A session is unlinked first, so that no packet finds it any more; its place and its public port are free again after
// a grace period, when no worker can still be using it. At most `most_leaving` wait for one, so that memory stays
// bounded though a worker should stand still: then nothing ends until it goes on.
//
// A slice walks in batches of sixteen: the lines of the next batch are prefetched while this one is judged. An idle
// pair costs its forward entry alone as long as no state of its protocol would be over and no backend is down; only
// then the other lines are read.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "dataplane/pipeline_factory.hpp"
#include "dataplane/table/snapshot.hpp"
#include "pipelines/scan_pace.hpp"
#include "pipelines/session_owners.hpp"
#include "pipelines/translate/sessions.hpp"

namespace sluice {

struct BackendTotals {
    std::uint64_t flows = 0;
    std::uint64_t packets = 0; // both directions
    std::uint64_t bytes = 0;
};

class Ageing final : public dataplane::Housekeeping {
public:
    static constexpr std::uint32_t most_leaving = 65'536; // of a family, unlinked together

    // In TSC ticks. A slice during which the thread was preempted counts with the time it was away.
    struct Slices {
        std::uint64_t count = 0;
        std::uint64_t longest = 0;
        std::uint64_t sum = 0;
        std::uint64_t over_limit = 0; // longer than 20 µs
    };

    Ageing(translate::Sessions& sessions, dataplane::GracePeriods& grace_periods, std::uint64_t tsc_hz);

    bool run(std::uint64_t now, const table::Snapshot& tables) override;

    // Of ended sessions, by backend.
    [[nodiscard]] const std::unordered_map<std::uint32_t, BackendTotals>& ended() const { return ended_; }
    [[nodiscard]] const Slices& slices() const { return slices_; }

private:
    static constexpr std::uint32_t batch = 16; // pairs between two looks at the clock

    struct Leaving {
        std::uint32_t pair;
        bool owns; // a session that lived; otherwise its maker has kept what it would own
    };
    struct Part {
        explicit Part(std::uint64_t tsc_hz)
            : pace(tsc_hz)
        {
        }
        ScanPace pace;
        std::vector<Leaving> gathering;       // unlinked since the last grace period began
        std::vector<Leaving> waiting;         // for the grace period that runs, then to be released
        std::uint64_t owners_asked_until = 0; // walks: up to this one, cold records are read
    };
    // What is judged by in one slice.
    struct Moment;

    template<class Family>
    [[nodiscard]] Part& part();
    template<class Family>
    [[nodiscard]] bool walk(const Moment& moment);
    template<class Family>
    [[nodiscard]] std::uint32_t visit(std::uint32_t first, std::uint32_t count, const Moment& moment);
    template<class Family>
    [[nodiscard]] bool release();
    template<class Family>
    void give_back(const Leaving& leaving);
    void prefetch_port(const table::Cold& cold) const;
    [[nodiscard]] bool work(std::uint64_t now, const table::Snapshot& tables);
    void begin_grace_period();
    void ask_for_owners();

    translate::Sessions& sessions_;
    dataplane::GracePeriods& grace_periods_;
    std::uint64_t tsc_hz_;
    std::uint64_t slice_end_ = 0; // no batch begins later
    Part v4_;
    Part v6_;
    SessionOwners owners_;
    std::uint64_t token_ = 0;
    bool passed_ = true; // the grace period of `waiting`
    std::unordered_map<std::uint32_t, BackendTotals> ended_;
    Slices slices_;
};

} // namespace sluice
