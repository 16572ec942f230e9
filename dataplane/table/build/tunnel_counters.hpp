// Which counters a tunnel owns: an index that stays the tunnel's own over all transactions. Written by the table
// server's thread only; bounded by the limit the counters were allocated with; when full, nothing is assigned.
#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "dataplane/base/address.hpp"
#include "dataplane/table/snapshot.hpp"

namespace sluice::table {

// Both directions of a GTP-U session are one tunnel: towards the peer's TEID, and from that peer.
struct TunnelIdentity {
    Tunnel::Kind kind = Tunnel::Kind::vxlan;
    std::uint16_t network = 0;
    std::uint32_t id = 0;     // VNI, or the peer's TEID
    std::uint32_t own_id = 0; // our TEID, where the peer has none for the way back
    IpAddress remote;
    MacAddress mac; // VXLAN: the machine behind the remote end

    auto operator<=>(const TunnelIdentity&) const = default;
};

class TunnelCounters {
public:
    explicit TunnelCounters(std::uint32_t limit)
        : limit_(limit)
    {
    }

    // A transaction: what of it wants or no longer wants a tunnel's counters, in any order, ...
    void hold(const TunnelIdentity& identity);
    void release(const TunnelIdentity& identity); // precondition: held
    // ... then numbers for those that have none. Whoever nobody holds any more gives his back. A number rests as long
    // as possible before another tunnel gets it. False: there would be more than the limit.
    [[nodiscard]] bool settle();
    // ... then either commit(), or the opposite of every hold() and release(), and discard().
    void commit();
    void discard();

    [[nodiscard]] std::uint32_t number_of(const TunnelIdentity& identity) const { return entries_.at(identity).number; }
    [[nodiscard]] std::size_t held() const;                                 // for errors: walks all
    [[nodiscard]] std::size_t committed() const { return entries_.size(); } // between transactions

private:
    struct Entry {
        std::uint32_t number = none;
        std::uint32_t holders = 0;
        bool has_left = false; // stands in left_
    };
    using Entries = std::map<TunnelIdentity, Entry>;

    void close();

    std::uint32_t limit_;
    std::uint32_t used_ = 0; // numbers below have been given out at least once
    std::deque<std::uint32_t> free_;
    Entries entries_;

    // Of the open transaction.
    std::vector<Entries::iterator> fresh_;
    std::vector<Entries::iterator> left_; // by their last holder, who may have come back
    std::uint32_t used_before_ = 0;
    std::size_t given_ = 0; // from the front of free_, which lets go of them at commit
    std::size_t freed_ = 0; // at its back
};

} // namespace sluice::table
