// First packets of flows, over a burst: what the general way will ask of memory for each of them is asked ahead, so
// that it waits for none of it. Only hints: nothing is decided, taken or counted here, and the policy, which sees the
// packets one by one and in order, may come to another end; then it waits, and that is all.
//
//   bucket of the flow (there already) ─► pairs · shard of the subscriber ─► block and its bits ─┐
//                                        · slot of the service's ring ─────────────────────────┴─► bucket of the
//                                        answers
//
// Each step is a pass and reads only what the one before has asked for. The loops that ask do nothing else: an address
// whose page the processor must look up first holds up what stands behind it, and several wait together only when they
// stand close.
#pragma once

#include <array>

#include "dataplane/burst/translation.hpp"
#include "dataplane/table/snapshot.hpp"
#include "pipelines/express_item.hpp"
#include "pipelines/translate/reserves.hpp"

namespace sluice {

class Openings {
public:
    Openings(const table::Snapshot& tables, translate::Sessions& sessions, translate::Reserves& reserves)
        : tables_(tables)
        , sessions_(sessions)
        , reserves_(reserves)
    {
    }

    // Of the lane's openings those whose buckets do not know them, `most` of them.
    void foresee(ExpressLane& lane, unsigned most) noexcept;

private:
    // One that needs a port of `pool`.
    struct Leaving {
        const ExpressItem* item;
        table::PortBlocks* pool;
        table::PortBlocks::Foresight foresight;
    };

    // One to a service, which has sessions.
    struct Served {
        const ExpressItem* item;
        const table::Service* service;
        std::size_t slot; // of the service's ring
    };

    // Hashes of the answers' keys.
    struct Answers {
        unsigned count = 0;
        std::array<std::uint64_t, burst_size> hashes;
    };

    template<class Family>
    [[nodiscard]] unsigned gather(ExpressLane& lane, unsigned most) noexcept;
    void sort(const ExpressItem& item) noexcept;
    [[nodiscard]] bool takes_port(const ExpressItem& item) noexcept;
    template<class Family>
    void find_slot(const ExpressItem& item) noexcept;
    void expect_answer_from_backend(const Served& served) noexcept;
    void expect_answer_at_port(const Leaving& leaving) noexcept;
    template<class Family>
    void expect_answer_to(const TranslationOf<Family>& action) noexcept;
    template<class Family>
    void prefetch_answers() noexcept;
    template<class Family>
    [[nodiscard]] Answers& answers() noexcept;

    const table::Snapshot& tables_;
    translate::Sessions& sessions_;
    translate::Reserves& reserves_;
    unsigned leaving_count_ = 0;
    unsigned served_count_ = 0;
    std::array<Leaving, burst_size> leaving_;
    std::array<Served, burst_size> served_;
    Answers answers4_;
    Answers answers6_;
};

} // namespace sluice
