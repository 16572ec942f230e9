// The transport header quoted in an ICMP error, of which only the first eight bytes are sure to be there (RFC 792).
#pragma once

#include <optional>

#include "dataplane/burst/family.hpp"

namespace sluice::translate {

struct QuotedTransport {
    std::uint16_t at = 0;          // from data start
    std::uint16_t source_port = 0; // raw order; as FlowKey has them for ICMP echoes
    std::uint16_t destination_port = 0;
    std::uint8_t protocol = 0;
};

// Nothing for a later fragment, for a protocol without ports, and when fewer than eight bytes are quoted.
[[nodiscard]] std::optional<QuotedTransport> find_quoted_transport(const Packet& packet, const wire::Ipv4& ip,
                                                                   std::uint16_t ip_at) noexcept;
[[nodiscard]] std::optional<QuotedTransport> find_quoted_transport(const Packet& packet, const wire::Ipv6& ip,
                                                                   std::uint16_t ip_at) noexcept;

// Puts the ports of `to` there. `addresses`: how the quoted addresses changed, for the quoted checksum, if that is
// there. Every change of bytes is added to `message`, the ICMP message's own.
template<class Family>
void rewrite_quoted_transport(Packet& packet, const QuotedTransport& to, const wire::Delta& addresses,
                              wire::Delta& message) noexcept;

} // namespace sluice::translate
