// First packets of flows, over a burst. Those to services are made ready whole (service_openings.hpp). Of those that
// need a public port only what the general way will ask of memory is asked ahead, so that it waits for none of it.
// Those are hints: nothing is decided, taken or counted here, and the policy, which sees the packets one by one and in
// order, may come to another end; then it waits, and that is all.
//
//   bucket of the flow (there already) ─► pairs · shard of the subscriber ─► block and its bits ─► bucket of the
//   answers
//
// Each step is a pass and reads only what the one before has asked for. The loops that ask do nothing else: an address
// whose page the processor must look up first holds up what stands behind it, and several wait together only when they
// stand close.
#pragma once

#include <array>

#include "dataplane/burst/translation.hpp"
#include "dataplane/table/snapshot.hpp"
#include "pipelines/express_item.hpp"
#include "pipelines/service_openings.hpp"
#include "pipelines/translate/reserves.hpp"

namespace sluice {

class Openings {
public:
    Openings(const table::Snapshot& tables, translate::Sessions& sessions, translate::Reserves& reserves,
             ExpressLane& lane, Traffic& traffic)
        : tables_(tables)
        , sessions_(sessions)
        , reserves_(reserves)
        , lane_(lane)
        , services4_(tables, sessions.of<V4>(), reserves.of<V4>(), lane, traffic)
        , services6_(tables, sessions.of<V6>(), reserves.of<V6>(), lane, traffic)
    {
    }

    // Of the lane's openings those whose buckets do not know them, `most` of them. `tick`: SessionTable's, of the
    // burst.
    void foresee(unsigned most, std::uint32_t tick) noexcept;

private:
    // One that needs a port of `pool`.
    struct Leaving {
        const ExpressItem* item;
        table::PortBlocks* pool;
        table::PortBlocks::Foresight foresight;
    };

    template<class Family>
    [[nodiscard]] unsigned gather(unsigned most) noexcept;
    template<class Family>
    void make_ready(unsigned wanted, std::uint32_t tick) noexcept;
    [[nodiscard]] bool takes_port(const ExpressItem& item) noexcept;
    void expect_answer_at_port(const Leaving& leaving) noexcept;
    template<class Family>
    [[nodiscard]] ServiceOpenings<Family>& services() noexcept;

    const table::Snapshot& tables_;
    translate::Sessions& sessions_;
    translate::Reserves& reserves_;
    ExpressLane& lane_;
    ServiceOpenings<V4> services4_;
    ServiceOpenings<V6> services6_;
    unsigned leaving_count_ = 0;
    std::array<Leaving, burst_size> leaving_;
    unsigned answer_count_ = 0;
    std::array<std::uint64_t, burst_size> answers_; // hashes of their keys
};

} // namespace sluice
