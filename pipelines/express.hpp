// The express lane: packets that need no decision, in passes over the burst. A packet belongs here when it lies in one
// segment that is ours alone, is IPv4 or IPv6 without options, extensions or fragments, carries UDP or TCP in
// mid-stream, perhaps in a VXLAN or GTP-U tunnel of ours, and either has a session whose way is known or goes by the
// routes alone. Everything else is left untouched for the general way, which does the same for all packets; the tests
// hold both against each other byte for byte.
//
//   look ─► open tunnels ─► hash, prefetch bucket ─► prefetch entry or route ─► prefetch deeper ─► prefetch group
//        ─► resolve, prefetch exit ─► prefetch tunnel counters ─► send, or general
//
// Each pass reads only memory that the one before it asked for. Packets leave in the order they came in.
#pragma once

#include <array>

#include "dataplane/burst/pipeline.hpp"
#include "dataplane/burst/stage_clock.hpp"
#include "pipelines/express_item.hpp"
#include "pipelines/general_way.hpp"

namespace sluice {

class Express {
public:
    Express(WorkerState& worker, BurstContext& context)
        : lane_(worker.lane)
        , sessions_(worker.sessions)
        , traffic_(worker.traffic)
        , context_(context)
        , tables_(context.tables)
    {
    }

    // `count` frames received on `port`, 1..burst_size: all passes. When it returns, each has ended.
    // `clock` may be none. (A second instantiation without it would cost 5 cycles per packet: nothing is inlined then.)
    void run(std::uint16_t port, rte_mbuf* const* frames, unsigned count, GeneralWay& general,
             StageClock* clock) noexcept;

private:
    using Item = ExpressItem;
    using Lane = ExpressItem::Lane;
    static constexpr std::uint32_t from_vxlan = table::none - 1; // as ExpressItem::tunnel: not known yet which

    // ---- First passes (express_look.cpp): what is it, and in which network?
    void look_all(std::uint16_t port, rte_mbuf* const* frames, unsigned count) noexcept;
    void open_all(unsigned count) noexcept;
    void look(std::uint16_t port, rte_mbuf* frame, Item& item) noexcept;
    [[nodiscard]] Lane look_at_packet(Item& item, bool is_v4, std::uint8_t* ip, std::uint32_t room) noexcept;
    [[nodiscard]] Lane out_of_tunnel(Item& item, const table::Interface& interface) noexcept;
    [[nodiscard]] Lane open_vxlan(Item& item) noexcept;
    [[nodiscard]] Lane look_at_gtpu(Item& item) noexcept;
    [[nodiscard]] Lane open_gtpu(Item& item) noexcept;
    [[nodiscard]] Lane choose(const Item& item) noexcept;
    [[nodiscard]] Lane choose_public(const table::FlowKey4& key, const table::Network& network) const noexcept;
    [[nodiscard]] Lane choose_public(const table::FlowKey6& key, const table::Network& network) const noexcept;

    // ---- Last passes (express.cpp): where does it go?
    template<class Work>
    void each(unsigned count, Work&& work) noexcept;
    template<class Family>
    void hash_all(unsigned count) noexcept;
    void fetch(Item& item) noexcept;
    void fetch_deeper(Item& item) noexcept;
    void find_groups(Item& item) noexcept;
    [[nodiscard]] table::Target group_ahead(table::Target target) noexcept;
    template<class Family>
    void resolve(Item& item) noexcept;
    template<class Family>
    [[nodiscard]] bool resolve_session(Item& item) noexcept;
    template<class Family>
    [[nodiscard]] bool resolve_route(Item& item) noexcept;
    void take_exit(Item& item, std::uint32_t hop) noexcept;
    void take_sender(Item& item) noexcept;
    void find_tunnels(Item& item) noexcept;
    template<class Family>
    [[nodiscard]] bool is_ordinary(const Item& item) const noexcept;
    void send(unsigned count, GeneralWay& general) noexcept;

    ExpressLane& lane_;
    translate::Sessions& sessions_;
    Traffic& traffic_;
    BurstContext& context_;
    const table::Snapshot& tables_;
};

} // namespace sluice
