// What the express lane knows of one frame between its passes. Lives in the worker's own array, so that a pass touches
// neither the mbuf nor the packet again unless it must.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "dataplane/burst/family.hpp"
#include "dataplane/burst/pipeline.hpp"
#include "dataplane/table/exit.hpp"
#include "dataplane/table/flow_key.hpp"
#include "dataplane/table/session_entry.hpp"
#include "dataplane/table/snapshot.hpp"

struct rte_mbuf;

namespace sluice {

struct KnownBackend;

// What the headers say of a packet. One word, so that it is put together in a register and written at once.
struct alignas(8) ExpressSeen {
    enum class Lane : std::uint8_t {
        general, // not for the express lane; nothing of it was changed
        begins,  // the first of its flow, with a session that is ready to be published
        keyed,   // general, but its flow is known and its bucket on the way: it may be the first of that
        session, // may have a session
        plain,   // has none: routed as it is
        ring     // to a service without sessions: routed as it is, to the backend of its slot
    };

    Lane lane = Lane::general;
    std::uint8_t family = 0;     // 4 or 6
    std::uint8_t protocol = 0;   // TCP or UDP
    std::uint8_t tcp_flags = 0;  // 0 of UDP
    std::uint16_t l3_length = 0; // of the (inner) IP packet
    bool opens = false;          // would begin a session; known while the cap on new ones is spent
    std::uint8_t unused = 0;

    [[nodiscard]] static constexpr std::uint64_t word(Lane lane, std::uint8_t family) noexcept
    {
        return static_cast<std::uint64_t>(lane) | std::uint64_t{family} << 8;
    }
    static constexpr unsigned protocol_shift = 16; // where the other fields stand in it
    static constexpr unsigned tcp_flags_shift = 24;
    static constexpr unsigned l3_length_shift = 32;

    // Session and route are looked for in the passes that follow.
    [[nodiscard]] bool may_leave() const noexcept { return lane >= Lane::session; }
};

static_assert(sizeof(ExpressSeen) == sizeof(std::uint64_t) && std::endian::native == std::endian::little);

struct alignas(8) ExpressPlace {
    std::uint16_t interface = 0; // where it was received
    std::uint16_t network = 0;   // where it is now
    std::uint32_t room = 0;      // bytes of the segment, or of the tunnel's payload, from the IP header on

    [[nodiscard]] std::uint32_t interface_and_network() const noexcept
    {
        std::uint32_t both = 0;
        std::memcpy(&both, this, sizeof both);
        return both;
    }
};

// What was found for it in the tables, or none.
struct alignas(16) ExpressFinds {
    static constexpr std::uint32_t from_vxlan = table::none - 1; // as `tunnel`: not known yet which

    std::uint32_t entry = table::none; // session entry; until resolve() and of keyed ones a SessionTable::candidate()
    // Target of the route to its destination, where it seems to have no session. Of GTP-U, until then, the TEID's
    // place.
    std::uint32_t way = table::none;
    union {
        std::uint32_t sender = table::none; // out of VXLAN: the target, then the hop, of the way back to the source
        std::uint32_t mtu_back;             // of one that `begins` and may offer too large an MSS: what its sender gets
    };
    std::uint32_t tunnel = table::none; // counter of the tunnel it came out of; before that, the TEID
};

struct alignas(64) ExpressItem : ExpressSeen, ExpressPlace, ExpressFinds {
    rte_mbuf* mbuf;
    std::uint8_t* ip; // the IP header, of the inner packet when it came in a tunnel
    union {
        const table::Exit* exit;             // from resolve() on
        const table::GtpuTerminus* terminus; // of GTP-U, until then
        const table::Backend* backend;       // of a ring, until then
    };
    std::uint64_t hash; // keyed, of the flow; of plain ones only where somebody needs it
    union {
        std::uint32_t service; // of a ring: index of the one without sessions
        std::uint32_t head;    // of a follower: the place of the packet that it follows
    };
    union {
        std::uint64_t answer_hash; // of one that `begins`: of its session's other key
        const std::uint16_t* slot; // of a ring, until its backend is known
        KnownBackend* known;       // of a ring, from then on: what the worker knows of its backend
    };
    union {
        table::FlowKey4 v4;
        table::FlowKey6 v6;
    } key;
};

static_assert(sizeof(ExpressItem) == 128);

// Places in the lane: those that a pass has work for.
struct ExpressList {
    unsigned count;
    std::array<std::uint8_t, burst_size> at;

    void add(unsigned place) noexcept { at[count++] = static_cast<std::uint8_t>(place); }
    void add_four(unsigned first) noexcept
    {
        const std::uint32_t places = first * 0x0101'0101 + 0x0302'0100; // little-endian, as all of the lane
        std::memcpy(&at[count], &places, sizeof places);
        count += sizeof places;
    }
};

// A list while a pass adds to it. The count stays in a register: in memory each packet would wait for the one before.
class ExpressAdder {
public:
    explicit ExpressAdder(ExpressList& list)
        : list_(list)
        , count_(list.count)
    {
    }
    ExpressAdder(const ExpressAdder&) = delete;
    ExpressAdder& operator=(const ExpressAdder&) = delete;
    ~ExpressAdder() { list_.count = count_; }

    void add(unsigned place) noexcept { add_if(true, place); }
    // Precondition: there is room for it, also where it is not added.
    void add_if(bool is_so, unsigned place) noexcept
    {
        list_.at[count_] = static_cast<std::uint8_t>(place);
        count_ += is_so ? 1 : 0;
    }

private:
    ExpressList& list_;
    unsigned count_;
};

// The lists of one family. A packet whose flow is known is on one of `openings`, `flows`, `plain`, `rings` and
// `followers`.
struct ExpressLists {
    ExpressList packets; // by their link header, or what is in front of them in a tunnel

    ExpressList openings; // perhaps the first of their flows; after resolve() all that are `keyed`
    ExpressList flows;    // may have a session
    ExpressList plain;    // by their network's routes alone, which have not been asked yet
    ExpressList served;   // perhaps to services without sessions; then on one of those above or below
    ExpressList rings;    // to services without sessions
    // Of the same flow as the packet of one of those lists right before them, and on no other list: packets come in
    // trains.
    ExpressList followers;

    ExpressList routed;   // flows that seem to have no session: who needs a route
    ExpressList machines; // flows out of VXLAN: whose sender's tunnel counts them
    ExpressList stale;    // flows whose session must ask for its hop again
    ExpressList grouped;  // plain ones whose route ends in several hops
    ExpressList outbound; // plain ones that may leave by a tunnel

    ExpressList strays; // not for the lane, outside tunnels
    ExpressList errors; // of those, ICMP errors about a flow that may have a session

    // Any to look for in the tables, once it is known what they are.
    [[nodiscard]] bool have_some() const noexcept
    {
        return (openings.count | flows.count | plain.count | rings.count | strays.count) != 0;
    }
};

// The first packet of a flow to a service, and the session that it may begin.
template<class Family>
struct ExpressStart {
    ExpressItem* item;
    const table::Service* service;
    const std::uint16_t* slot; // of the service's ring
    table::Pair<typename Family::Key> session;
};

template<class Family>
struct ExpressStarts {
    unsigned count;
    std::array<ExpressStart<Family>, burst_size> at;
};

struct ExpressLane {
    std::array<ExpressItem, burst_size> items;
    ExpressLists v4;
    ExpressLists v6;
    ExpressList scattered; // IPv4 that came among other frames, and was not looked at with these
    ExpressList tunneled;  // perhaps: UDP to a port of our endpoints
    ExpressList gtpu;      // of those, G-PDUs
    struct {
        unsigned count;
        std::array<rte_mbuf*, burst_size> at;
    } refused;

    ExpressStarts<V4> starts4;
    ExpressStarts<V6> starts6;

    [[nodiscard]] ExpressLists& of(std::uint8_t family) noexcept { return family == V4::family ? v4 : v6; }
    template<class Family>
    [[nodiscard]] ExpressLists& of() noexcept
    {
        return of(Family::family);
    }
    template<class Family>
    [[nodiscard]] ExpressStarts<Family>& starts() noexcept
    {
        if constexpr (Family::family == V4::family)
            return starts4;
        else
            return starts6;
    }
};

template<class Family, class Item>
[[nodiscard]] inline auto& key_of(Item& item) noexcept
{
    if constexpr (Family::family == V4::family)
        return item.key.v4;
    else
        return item.key.v6;
}

} // namespace sluice
