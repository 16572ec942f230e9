// Ends sessions: those idle for too long, and those whose service, backend or pool is gone. Runs in the table server's
// thread, a tenth of the table every 100 ms, so that a session ends at most a second after its time.
//
// A session is unlinked first, so that no packet finds it any more; its place and its public port are free again after
// a grace period, when no worker can still be using it.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "dataplane/pipeline_factory.hpp"
#include "dataplane/table/snapshot.hpp"
#include "pipelines/translate/sessions.hpp"

namespace sluice {

struct BackendTotals {
    std::uint64_t flows = 0;
    std::uint64_t packets = 0; // both directions
    std::uint64_t bytes = 0;
};

class Ageing final : public dataplane::Housekeeping {
public:
    Ageing(translate::Sessions& sessions, dataplane::GracePeriods& grace_periods, std::uint64_t tsc_hz)
        : sessions_(sessions)
        , grace_periods_(grace_periods)
        , tsc_hz_(tsc_hz)
    {
    }

    void run(std::uint64_t now, const table::Snapshot& tables) override;

    // Of ended sessions, by backend.
    [[nodiscard]] const std::unordered_map<std::uint32_t, BackendTotals>& ended() const { return ended_; }

private:
    struct Leaving {
        std::uint32_t pair;
        bool owns; // a session that lived; otherwise its maker has kept what it would own
    };
    // Sessions that left together, and the grace period they wait for.
    struct Batch {
        std::vector<Leaving> v4;
        std::vector<Leaving> v6;
        [[nodiscard]] bool empty() const { return v4.empty() && v6.empty(); }
    };
    template<class Family>
    struct Slice;

    template<class Family>
    [[nodiscard]] static std::vector<Leaving>& part(Batch& batch);
    template<class Family>
    void scan(std::uint64_t now, const table::Snapshot& tables, std::uint32_t& next);
    template<class Family>
    void release(const table::Snapshot& tables);
    void learn_owners(const table::Snapshot& tables);
    [[nodiscard]] bool has_owner(const table::Cold& cold) const;

    translate::Sessions& sessions_;
    dataplane::GracePeriods& grace_periods_;
    std::uint64_t tsc_hz_;
    std::uint32_t next_v4_ = 0; // where the next slice begins
    std::uint32_t next_v6_ = 0;
    Batch gathering_;
    Batch waiting_;
    std::uint64_t token_ = 0;
    std::unordered_map<std::uint32_t, BackendTotals> ended_;

    // Who may own sessions, by the tables of `generation_`.
    std::uint64_t generation_ = ~std::uint64_t{0};
    std::unordered_map<std::uint32_t, std::uint32_t> service_of_backend_;
    std::unordered_set<std::uint32_t> pools_; // serials
};

} // namespace sluice
