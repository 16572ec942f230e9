// IPv6 header (RFC 8200 section 3). Extension headers are in ipv6_extension.hpp.
#pragma once

#include "dataplane/wire/endian.hpp"
#include "dataplane/wire/ip_protocol.hpp"

namespace sluice::wire {

using Ipv6Bytes = std::array<std::uint8_t, 16>;

struct Ipv6 {
    static constexpr std::uint32_t version_6 = 0x60000000;
    static constexpr std::uint32_t flow_label_mask = 0x000FFFFF;
    static constexpr unsigned version_shift = 28;
    static constexpr unsigned traffic_class_shift = 20;
    static constexpr std::uint16_t min_mtu = 1280; // RFC 8200 section 5

    Be32 version_class_flow;
    Be16 payload_length; // without these 40 bytes, with the extension headers
    std::uint8_t next_header;
    std::uint8_t hop_limit;
    Ipv6Bytes source;
    Ipv6Bytes destination;

    constexpr unsigned version() const noexcept { return version_class_flow.host() >> version_shift; }
    constexpr std::uint8_t traffic_class() const noexcept
    {
        return static_cast<std::uint8_t>(version_class_flow.host() >> traffic_class_shift);
    }
    constexpr std::uint32_t flow_label() const noexcept { return version_class_flow.host() & flow_label_mask; }
};
static_assert(is_wire_layout<Ipv6, 40>);

// The first word of a header we write ourselves.
constexpr Be32 ipv6_first_word(std::uint8_t traffic_class, std::uint32_t flow_label) noexcept
{
    return Be32{Ipv6::version_6 | (std::uint32_t{traffic_class} << Ipv6::traffic_class_shift) |
                (flow_label & Ipv6::flow_label_mask)};
}

} // namespace sluice::wire
