// Doing to a packet what its Translation says: addresses, ports, and every checksum over them, by difference (RFC
// 1624).
#pragma once

#include "dataplane/burst/translation.hpp"
#include "dataplane/wire/tcp.hpp"

namespace sluice::translate {

// Afterwards the packet has the ports of the rewritten flow and is in `action.out_network`. Only the addresses change
// in packets without ports, and no transport checksum is there to follow in later fragments.
template<class Family>
void rewrite(Packet& packet, const TranslationOf<Family>& action) noexcept;

// Lowers the MSS a SYN offers to what `mtu` carries (RFC 4459 section 3.2); anything else stays as it is. Precondition:
// the header is whole, options included.
template<class Family>
void clamp_mss(wire::Tcp& tcp, std::uint16_t mtu) noexcept;

} // namespace sluice::translate
