// One packet on its way through a worker, and the verdicts that end the way. A Packet lives in the burst's own array,
// so that passes over it touch no cold line of the mbuf. After parse the mbuf's data start at the (inner) IP header.
#pragma once

#include <cstdint>

#include <rte_mbuf.h>

#include "dataplane/burst/outlets.hpp"
#include "dataplane/burst/reasons.hpp"
#include "dataplane/table/snapshot.hpp"

namespace sluice {

// The only way to packet bytes: nullptr when the first segment ends before `offset` + the header.
template<class Header>
[[nodiscard]] inline Header* header_at(rte_mbuf& mbuf, std::uint32_t offset) noexcept
{
    if (offset + sizeof(Header) > mbuf.data_len) return nullptr;
    return rte_pktmbuf_mtod_offset(&mbuf, Header*, offset);
}

struct Packet {
    rte_mbuf* mbuf = nullptr;
    std::uint64_t hash = 0;             // keyed hash of the flow, valid after the session lookup
    std::uint32_t entry = table::none;  // session entry, or none
    std::uint32_t peer_tunnel = 0;      // the VNI or TEID it came out of
    std::uint16_t interface = 0;        // where it was received
    std::uint16_t network = 0;          // the address space it is in
    std::uint16_t frame_offset = 0;     // how far data start has moved since the frame's first byte
    std::uint16_t l3_length = 0;        // the IP packet's own length
    std::uint16_t l4 = 0;               // offset of the transport header from the IP header
    std::uint16_t source_port = 0;      // raw order; the identifier of an echo request
    std::uint16_t destination_port = 0; // raw order; the identifier of an echo reply
    std::uint8_t family = 0;            // 4 or 6
    std::uint8_t protocol = 0;          // above IP, after IPv6 extension headers
    bool fragment = false;              // any fragment, the first one too
    bool later_fragment = false;        // has no transport header
    bool icmp_error = false;
    bool has_ports = false; // source_port and destination_port name a flow
    bool from_tunnel = false;
    bool to_gateway_mac = false; // came in VXLAN, addressed to the gateway alone
    bool originated = false;     // made here: takes no hop off its limit, matches no session
    std::uint8_t passes = 0;     // rewrites that led back to the node itself; the second is a loop

    template<class Header>
    [[nodiscard]] Header* at(std::uint32_t offset) const noexcept
    {
        return header_at<Header>(*mbuf, offset);
    }

    // Takes headers off the front. Precondition: the first segment holds that many bytes.
    void strip(std::size_t bytes) noexcept
    {
        rte_pktmbuf_adj(mbuf, static_cast<std::uint16_t>(bytes));
        frame_offset = static_cast<std::uint16_t>(frame_offset + bytes);
    }
};

// What an ICMP error says, the family's own numbers left to who writes it.
enum class Problem : std::uint8_t { hop_limit_exceeded, too_big, no_route, host_unreachable, prohibited };

// How a step ends for one packet. `next` leaves it in the lane; everything else takes it out, and the lane settles it.
struct Verdict {
    enum class Fate : std::uint8_t {
        next,    // goes on to the next step
        drop,    // dies under `reason`
        answer,  // dies under `reason`, and an ICMP error about it is sent to its source
        consume, // did its work here, under `reason`
        punt,    // goes to the kernel
        hold,    // waits for a neighbour
        gone     // its mbuf was handed on
    };
    Fate fate = Fate::next;
    std::uint8_t reason = 0; // flat
    Problem problem = Problem::no_route;
    PuntClass punt_class = PuntClass::other;
    std::uint16_t mtu = 0; // of a too_big

    static constexpr Verdict next() noexcept { return {}; }
    static constexpr Verdict gone() noexcept { return {.fate = Fate::gone}; }
    static constexpr Verdict hold() noexcept { return {.fate = Fate::hold}; }
    static constexpr Verdict punt(PuntClass to) noexcept { return {.fate = Fate::punt, .punt_class = to}; }
    template<StageReason Enum>
    static constexpr Verdict drop(Enum why) noexcept
    {
        return {.fate = Fate::drop, .reason = flat_reason(why)};
    }
    template<StageReason Enum>
    static constexpr Verdict consume(Enum why) noexcept
    {
        return {.fate = Fate::consume, .reason = flat_reason(why)};
    }
    template<StageReason Enum>
    static constexpr Verdict answer(Enum why, Problem problem, std::uint16_t mtu = 0) noexcept
    {
        return {.fate = Fate::answer, .reason = flat_reason(why), .problem = problem, .mtu = mtu};
    }
    [[nodiscard]] constexpr bool goes_on() const noexcept { return fate == Fate::next; }
};

} // namespace sluice
