// The first pass: the link header, four frames at a time, as most are alike. What each check means stands with its drop
// in the general way (pipelines/ip/parse_frame.cpp); here a failed one only means "not for the express lane".
#include <algorithm>

#include "pipelines/express.hpp"
#include "pipelines/express_four.hpp"
#include "pipelines/express_landing.hpp"
#include "pipelines/express_look.hpp"

namespace sluice {
namespace {

using express::load;
constexpr unsigned group = 4;
constexpr std::uint32_t least_frame = sizeof(wire::Ethernet) + express::least<V4>;

// One segment, nobody else's, with room for any exit in front once its link header is off: the words of a frame that
// ask for that, as one vector, those bits of them that are asked, and what these are to be.
using Rearm [[gnu::vector_size(16)]] = std::uint16_t; // data_off, refcnt, nb_segs, port; ol_flags in four
constexpr unsigned flags_shift = 48;
constexpr Rearm asked_of_mbuf{0, 0xFFFF, 0xFFFF, 0,
                              0, 0,      0,      (RTE_MBUF_F_INDIRECT | RTE_MBUF_F_EXTERNAL) >> flags_shift};
constexpr Rearm one_owner_and_segment{0, 1, 1};

[[gnu::always_inline]] inline bool are_simple(Rearm differences, std::uint16_t least_offset)
{
    return express::is_zero(reinterpret_cast<express::Block>(differences & asked_of_mbuf)) &&
           least_offset >= table::Exit::room;
}

[[gnu::always_inline]] inline bool is_simple(const rte_mbuf& frame)
{
    return are_simple(load<Rearm>(&frame.rearm_data) ^ one_owner_and_segment, frame.data_off);
}

[[gnu::always_inline]] inline bool are_simple(rte_mbuf* const* frames)
{
    const Rearm a = load<Rearm>(&frames[0]->rearm_data);
    const Rearm b = load<Rearm>(&frames[1]->rearm_data);
    const Rearm c = load<Rearm>(&frames[2]->rearm_data);
    const Rearm d = load<Rearm>(&frames[3]->rearm_data);
    const auto smaller = [](Rearm x, Rearm y) { return x < y ? x : y; };
    return are_simple((a ^ one_owner_and_segment) | (b ^ one_owner_and_segment) | (c ^ one_owner_and_segment) |
                          (d ^ one_owner_and_segment),
                      smaller(smaller(a, b), smaller(c, d))[0]);
}

[[gnu::always_inline]] inline wire::Be16 type_before(const std::uint8_t* packet)
{
    return reinterpret_cast<const wire::Be16*>(packet)[-1];
}

inline void clear(ExpressLane& lane)
{
    for (ExpressLists* lists : {&lane.v4, &lane.v6})
        for (ExpressList* list : {&lists->packets, &lists->openings, &lists->flows, &lists->plain, &lists->served,
                                  &lists->rings, &lists->followers, &lists->routed, &lists->machines, &lists->stale,
                                  &lists->grouped, &lists->outbound, &lists->strays, &lists->errors})
            list->count = 0;
    lane.scattered.count = lane.tunneled.count = lane.gtpu.count = lane.refused.count = 0;
}

// ExpressFinds{} in one store.
using Finds [[gnu::vector_size(sizeof(ExpressFinds))]] = std::uint32_t;
constexpr Finds nothing_found{table::none, table::none, table::none, table::none};

[[gnu::always_inline]] inline void start(ExpressItem& item, rte_mbuf& frame)
{
    item.mbuf = &frame;
    express::store(static_cast<ExpressFinds*>(&item), nothing_found);
}

// The headers of the next group, of which `left` are there.
[[gnu::always_inline]] inline void prefetch_some(rte_mbuf* const* frames, unsigned left)
{
    const auto prefetch = [frames](unsigned i) { prefetch_to_read(rte_pktmbuf_mtod(frames[i], const void*)); };
    if (left >= group) [[likely]] {
        prefetch(0), prefetch(1), prefetch(2), prefetch(3);
        return;
    }
    for (unsigned i = 0; i < left; ++i)
        prefetch(i);
}

// Where most of the burst will land.
inline ExpressLanding land_first(const table::Snapshot& tables, std::uint16_t port, const rte_mbuf& frame)
{
    if (frame.data_len < least_frame) return {};
    return ExpressLanding::of(tables, port, rte_pktmbuf_mtod(&frame, const std::uint8_t*));
}

// To the packets of its family; one of neither, or too short, is for the general way.
inline void add_packet(ExpressLane& lane, unsigned at)
{
    using express::least;
    const ExpressItem& item = lane.items[at];
    const wire::Be16 type = type_before(item.ip);
    if (type == wire::EtherType::ipv4 && item.room >= least<V4>) {
        lane.v4.packets.add(at);
        lane.scattered.add(at);
    } else if (type == wire::EtherType::ipv6 && item.room >= least<V6>) {
        lane.v6.packets.add(at);
    }
}

// Four frames that stand side by side in vectors.
struct FourFrames {
    ExpressItem* items;
    rte_mbuf* const* frames;
    std::array<std::uint8_t*, group> packets; // behind the link header
    express::Four room;

    // Into their items.
    [[gnu::always_inline]] void land(const ExpressLanding& landing) const
    {
        const express::Four place = express::Four{} + landing.place();
        const auto ab = reinterpret_cast<express::Pair>(__builtin_shufflevector(place, room, 0, 4, 1, 5));
        const auto cd = reinterpret_cast<express::Pair>(__builtin_shufflevector(place, room, 2, 6, 3, 7));
        for (unsigned i = 0; i < group; ++i) {
            start(items[i], *frames[i]);
            items[i].ip = packets[i];
            express::store(static_cast<ExpressPlace*>(&items[i]), (i < 2 ? ab : cd)[i % 2]);
        }
    }
    [[gnu::always_inline]] void look(const ExpressLanding& landing) const
    {
        const auto transport = [this](unsigned i) { return load<std::uint32_t>(packets[i] + express::transport_at); };
        express::look_at_four({.items = {{items, items + 1, items + 2, items + 3}},
                               .bytes = {{packets[0], packets[1], packets[2], packets[3]}},
                               .room = room,
                               .network = express::Four{} + landing.network(),
                               .transport = express::Four{transport(0), transport(1), transport(2), transport(3)}});
    }
};

// Those from `at` on, if they are what most are: simple, to the same address of ours as those before, IP, and not very
// short. Four of IPv4 are looked at as well. False: at least one is not.
[[gnu::always_inline]] inline bool land_four(ExpressLane& lane, const ExpressLanding& landing, rte_mbuf* const* frames,
                                             unsigned at)
{
    using express::Four;
    constexpr auto transport_end = express::transport_at + static_cast<std::uint32_t>(sizeof(std::uint32_t));
    const auto are_shorter = [](Four room, std::uint32_t least) {
        return !express::is_zero(reinterpret_cast<express::Block>(express::exceeds(Four{} + least, room)));
    };
    const auto [a, b, c, d] = std::array{frames[0], frames[1], frames[2], frames[3]};
    const Four room = Four{a->data_len, b->data_len, c->data_len, d->data_len} - landing.length();
    if (!are_simple(frames) || are_shorter(room, transport_end)) return false;
    const auto bytes = [](rte_mbuf* frame) { return rte_pktmbuf_mtod(frame, std::uint8_t*); };
    const std::array front{bytes(a), bytes(b), bytes(c), bytes(d)};
    const std::uint32_t length = landing.length();
    const FourFrames four{
        &lane.items[at], frames, {front[0] + length, front[1] + length, front[2] + length, front[3] + length}, room};
    if (landing.takes_all<V4>(front[0], front[1], front[2], front[3])) [[likely]] {
        four.look(landing);
        four.land(landing);
        lane.v4.packets.add_four(at);
        return true;
    }
    if (are_shorter(room, express::least<V6>)) return false;
    if (landing.takes_all<V6>(front[0], front[1], front[2], front[3])) {
        four.land(landing);
        lane.v6.packets.add_four(at);
        return true;
    }
    const auto is_ip = [](const std::uint8_t* packet) {
        return type_before(packet) == wire::EtherType::ipv4 || type_before(packet) == wire::EtherType::ipv6;
    };
    const bool mixed =
        landing.takes(front[0], front[1], front[2], front[3]) && std::ranges::all_of(four.packets, is_ip);
    if (!mixed) return false;
    four.land(landing);
    for (unsigned i = 0; i < group; ++i)
        add_packet(lane, at + i);
    return true;
}

} // namespace

void Express::land_all(std::uint16_t port, rte_mbuf* const* frames, unsigned count) noexcept
{
    ExpressLane& lane = lane_;
    ExpressLanding landing = land_first(tables_, port, *frames[0]);
    clear(lane);
    unsigned i = 0;
    for (; i + group <= count; i += group) {
        prefetch_some(frames + i + group, count - i - group);
        if (land_four(lane, landing, frames + i, i)) [[likely]]
            continue;
        for (unsigned at = i; at < i + group; ++at)
            land_one(landing, port, *frames[at], at);
    }
    for (; i < count; ++i)
        land_one(landing, port, *frames[i], i);
}

// Any frame.
[[gnu::noinline]] void Express::land_one(ExpressLanding& landing, std::uint16_t port, rte_mbuf& frame,
                                         unsigned at) noexcept
{
    Item& item = lane_.items[at];
    start(item, frame);
    express::store(static_cast<ExpressSeen*>(&item), std::uint64_t{0});
    if (!is_simple(frame) || frame.data_len < least_frame) return;
    auto* bytes = rte_pktmbuf_mtod(&frame, std::uint8_t*);
    if (landing.is_other(bytes)) landing = ExpressLanding::of(tables_, port, bytes);
    if (!landing.takes(bytes)) return;
    item.ip = bytes + landing.length();
    const std::uint64_t room = frame.data_len - landing.length();
    express::store(static_cast<ExpressPlace*>(&item), landing.place() | room << 32);
    add_packet(lane_, at);
}

} // namespace sluice
