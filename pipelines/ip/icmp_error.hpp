// ICMP errors that the node itself sends: RFC 792, RFC 1812 section 4.3.2, RFC 4443 sections 2.4 and 3.
#pragma once

#include "dataplane/burst/family.hpp"

namespace sluice::ip {

// False where no error may be sent: about an error, about a later fragment, to or from a group (RFC 1122
// section 3.2.2).
template<class Family>
[[nodiscard]] bool may_answer(const Packet& packet) noexcept;

// A whole ICMP packet about `packet`, from `source` to its sender, as much of it quoted as RFC 1812 (576 bytes) and
// RFC 4443 (1280 bytes) allow; in a fresh mbuf, data start at its IP header. nullptr: no mbuf is free.
// `mtu` counts for Problem::too_big only.
template<class Family>
[[nodiscard]] rte_mbuf* make_error(const Packet& packet, Problem problem, std::uint16_t mtu,
                                   const typename Family::Address& source, rte_mempool* pool) noexcept;

} // namespace sluice::ip
