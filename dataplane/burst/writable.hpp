// Makes a received frame safe to rewrite: all headers in the first segment, and that segment nobody else's.
#pragma once

struct rte_mbuf;
struct rte_mempool;

namespace sluice {

// Enough for Ethernet, a tag, the longest outer headers, VXLAN or GTP-U with extensions, an inner Ethernet, the longest
// IPv4 header, and an ICMP error with the headers of the packet it is about.
inline constexpr unsigned header_room = 320;

// Returns `frame`, or another mbuf that stands for it (then `frame` is given up). nullptr: no mbuf was free, `frame` is
// unchanged. Costs a look at two fields when the frame is whole and unshared; otherwise copies at most header_room
// bytes.
[[nodiscard]] rte_mbuf* make_writable(rte_mbuf* frame, rte_mempool* pool) noexcept;

// Cuts bytes behind the first `length` (Ethernet padding); frees segments that become empty.
void trim_to(rte_mbuf* frame, unsigned length) noexcept;

} // namespace sluice
