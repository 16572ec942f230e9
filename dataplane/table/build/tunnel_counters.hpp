// Which counters a tunnel owns: an index that stays the tunnel's own over all transactions. Written by the table
// server's thread only; bounded by the limit the counters were allocated with; when full, nothing is assigned.
#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
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

    // The indices of `wanted`, in its order; equal identities get one index. Whoever is not wanted any more gives his
    // back. A number rests as long as possible before another tunnel gets it. Nothing when there are more than the
    // limit: the object is of no use then, so call it on a copy.
    [[nodiscard]] std::optional<std::vector<std::uint32_t>> assign(std::span<const TunnelIdentity> wanted);

private:
    [[nodiscard]] std::optional<std::uint32_t> take();

    std::uint32_t limit_;
    std::uint32_t used_ = 0; // numbers below have been given out at least once
    std::deque<std::uint32_t> free_;
    std::map<TunnelIdentity, std::uint32_t> indices_;
};

} // namespace sluice::table
