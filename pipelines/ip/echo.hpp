// A ping to an address of the node's own, answered in place: RFC 792, RFC 4443 section 4.2.
#pragma once

#include "dataplane/burst/family.hpp"

namespace sluice::ip {

template<class Family>
[[nodiscard]] bool is_echo_request(const Packet& packet) noexcept;

// The request becomes its reply; checksums follow by difference, so a damaged request stays a damaged reply.
// Precondition: is_echo_request, not a fragment.
template<class Family>
void turn_into_reply(Packet& packet) noexcept;

} // namespace sluice::ip
