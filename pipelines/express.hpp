// The express lane: packets that need no decision, in passes over the burst. A packet belongs here when it lies in one
// segment that is ours alone, is IPv4 or IPv6 without options, extensions or fragments, carries UDP or TCP in
// mid-stream, perhaps in a VXLAN or GTP-U tunnel of ours, and has a session whose way is known, or goes by the routes
// alone or by the ring of a service without sessions. Everything else is left untouched for the general way, which does
// the same for all packets; the tests hold both against each other byte for byte.
//
//   look ─► open tunnels ─► choose ─► hash, prefetch bucket ─► prefetch entry or route ─► prefetch deeper
//        ─► prefetch group ─► resolve, prefetch exit ─► prefetch tunnel counters ─► foresee new flows
//        ─► send, refuse, or general
//
// Each pass reads only memory that the one before it asked for. Packets leave in the order they came in.
#pragma once

#include <array>

#include "dataplane/burst/pipeline.hpp"
#include "dataplane/burst/stage_clock.hpp"
#include "pipelines/express_item.hpp"
#include "pipelines/general_way.hpp"

namespace sluice {

class ExpressLanding;

class Express {
public:
    Express(WorkerState& worker, BurstContext& context)
        : lane_(worker.lane)
        , sessions_(worker.sessions)
        , reserves_(worker.reserves)
        , new_sessions_(worker.new_sessions)
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
    using Lane = ExpressSeen::Lane;

    // ---- First passes (express_land.cpp, express_look.cpp, express_open.cpp): what is it, and in which network?
    void land_all(std::uint16_t port, rte_mbuf* const* frames, unsigned count) noexcept;
    void land_one(ExpressLanding& landing, std::uint16_t port, rte_mbuf& frame, unsigned at) noexcept;
    void look_all() noexcept;
    void look_at6() noexcept;
    template<class Family>
    void list_all() noexcept;
    template<class Family>
    void look_inside() noexcept;
    void open_all() noexcept;
    void open_tunnels() noexcept;
    template<class Family>
    struct Endpoints;
    struct Opening;
    template<class Family>
    static void open(Opening& opening, ExpressAdder& payloads, const Endpoints<Family>& ends,
                     std::uint8_t place) noexcept;
    static void open_vxlan(Opening& opening, Item& item, std::uint8_t place, std::uint8_t* start,
                           std::uint32_t room) noexcept;
    static void look_at_gtpu(const Opening& opening, ExpressAdder& payloads, Item& item, std::uint8_t place,
                             std::uint8_t* start, std::uint32_t room) noexcept;
    static void open_gtpu(Opening& opening, const Traffic& traffic, std::uint8_t place) noexcept;
    void choose_all() noexcept;
    template<class Family>
    void choose_served() noexcept;

    // ---- Who sent what came by VXLAN (express_senders.cpp).
    template<class Family>
    void find_senders() noexcept;
    template<class Family>
    void take_senders() noexcept;
    template<class Family>
    void find_sender_tunnels() noexcept;

    // ---- Memory for ICMP errors (express_errors.cpp).
    template<class Family>
    void find_quotes() noexcept;
    template<class Family>
    void fetch_quoted() noexcept;
    template<class Family>
    void fetch_quoted_exits() noexcept;

    // ---- First packets while the cap on new sessions is spent (express_refuse.cpp).
    template<class Family>
    void mark_openings() noexcept;
    template<class Family>
    [[nodiscard]] bool may_open(const Item& item) const noexcept;
    template<class Family>
    [[nodiscard]] bool is_opening(const Item& item) const noexcept;
    template<class Family>
    [[nodiscard]] bool has_session(const Item& item) const noexcept;
    [[nodiscard]] bool is_refused(const Item& item) const noexcept;
    void refuse(const Item& item) noexcept;
    void free_refused() noexcept;

    // ---- First packets whose session is ready (express_begin.cpp).
    [[nodiscard]] bool begin(Item& item) noexcept;
    template<class Family>
    [[nodiscard]] bool begin(Item& item) noexcept;

    // ---- Routes of large tables, in steps (express_routes.cpp).
    template<class Family, class Visit>
    void each_routed(Visit&& visit) noexcept;
    template<class Family>
    void fetch_routes() noexcept;
    template<class Family>
    void begin_routes() noexcept;
    template<class Family>
    void end_routes() noexcept;

    // ---- Last passes (express.cpp): where does it go?
    template<class Family>
    void hash_all() noexcept;
    template<class Family>
    void fetch_all() noexcept;
    template<class Family>
    void fetch_openings() noexcept;
    template<class Family>
    void deepen_all() noexcept;
    template<class Family>
    void route_plain() noexcept;
    template<class Family>
    void find_groups() noexcept;
    template<class Family>
    void fetch_slots() noexcept;
    template<class Family>
    void fetch_backends() noexcept;
    template<class Family>
    void fetch_counts() noexcept;
    [[nodiscard]] table::Target group_ahead(table::Target target) noexcept;
    template<class Family>
    void resolve_all() noexcept;
    template<class Family>
    void take_session(std::uint8_t place) noexcept;
    template<class Family>
    void resolve_stale() noexcept;
    template<class Family>
    void resolve_stranger(std::uint8_t place) noexcept;
    template<class Family>
    [[nodiscard]] bool find_session(std::uint8_t place) noexcept;
    [[nodiscard]] std::uint32_t pick_hop(const Item& item) const noexcept;
    template<class Family>
    [[nodiscard]] bool resolve_backend(Item& item) noexcept;
    [[nodiscard]] std::uint16_t count_backend(const Item& item) noexcept;
    void take_exit(Item& item, std::uint32_t hop) noexcept;
    template<class Family>
    void find_tunnels() noexcept;
    bool fetch_tunnel(const Item& item) noexcept;
    template<class Family>
    void follow() noexcept;
    template<class Family>
    [[nodiscard]] bool is_plain(Item& item) const noexcept;
    void foresee() noexcept;
    void send(unsigned count, GeneralWay& general) noexcept;
    template<class Family>
    [[nodiscard]] std::uint16_t change(Item& item, std::uint32_t tick) noexcept;
    void end_here(const Item& item, GeneralWay& general) noexcept;

    ExpressLane& lane_;
    translate::Sessions& sessions_;
    translate::Reserves& reserves_;
    RateLimit& new_sessions_;
    Traffic& traffic_;
    BurstContext& context_;
    const table::Snapshot& tables_;
};

} // namespace sluice
