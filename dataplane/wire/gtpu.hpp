// GTP-U header and its messages (3GPP TS 29.281 sections 5.1, 6.1, 7.2, 7.3 and 8). The walk over its extension headers
// is in gtpu_extension.hpp.
#pragma once

#include "dataplane/wire/endian.hpp"

namespace sluice::wire {

// Section 6.1.
struct GtpuMessage {
    static constexpr std::uint8_t echo_request = 1;
    static constexpr std::uint8_t echo_response = 2;
    static constexpr std::uint8_t error_indication = 26;
    static constexpr std::uint8_t supported_extension_headers = 31;
    static constexpr std::uint8_t end_marker = 254;
    static constexpr std::uint8_t g_pdu = 255;

    // Those above but for the G-PDU; the other types of table 6.1-1 belong to GTP-C or GTP'.
    static constexpr bool is_about_path(std::uint8_t type) noexcept
    {
        return type == echo_request || type == echo_response || type == error_indication ||
               type == supported_extension_headers || type == end_marker;
    }
};

// The mandatory eight bytes, section 5.1.
struct Gtpu {
    static constexpr Be16 port{2152};
    static constexpr unsigned version_shift = 5;
    static constexpr unsigned version_1 = 1;
    static constexpr std::uint8_t protocol_type_flag = 0x10; // PT: 1 is GTP, 0 is the charging protocol GTP'
    static constexpr std::uint8_t extension_flag = 0x04;     // E
    static constexpr std::uint8_t sequence_flag = 0x02;      // S
    static constexpr std::uint8_t npdu_flag = 0x01;          // PN
    static constexpr std::uint8_t optional_flags = extension_flag | sequence_flag | npdu_flag;
    static constexpr std::uint8_t plain = (version_1 << version_shift) | protocol_type_flag;

    std::uint8_t flags;
    std::uint8_t type;
    Be16 length; // of all that follows these eight bytes, the optional fields included
    Be32 teid;

    constexpr unsigned version() const noexcept { return flags >> version_shift; }
    constexpr bool is_gtp() const noexcept { return (flags & protocol_type_flag) != 0; }
    constexpr bool has_extension() const noexcept { return (flags & extension_flag) != 0; }
    constexpr bool has_sequence() const noexcept { return (flags & sequence_flag) != 0; }
    constexpr bool has_npdu() const noexcept { return (flags & npdu_flag) != 0; }
    // One of E, S, PN set brings all four optional bytes; each field means something only when its own flag is set.
    constexpr bool has_optional() const noexcept { return (flags & optional_flags) != 0; }
};
static_assert(is_wire_layout<Gtpu, 8>);

struct GtpuOptional {
    Be16 sequence;
    std::uint8_t npdu;
    std::uint8_t next_extension;
};
static_assert(is_wire_layout<GtpuOptional, 4>);

// Section 8.2: mandatory in the echo response; the counter is sent as 0 and ignored on receipt.
struct GtpuRecovery {
    static constexpr std::uint8_t recovery = 14;

    std::uint8_t kind;
    std::uint8_t restart_counter;
};
static_assert(is_wire_layout<GtpuRecovery, 2>);

// Section 8.3, in an error indication: the tunnel that is unknown to its sender.
struct GtpuTeid {
    static constexpr std::uint8_t teid_data_1 = 16;

    std::uint8_t kind;
    Be32 teid;
};
static_assert(is_wire_layout<GtpuTeid, 5>);

// Section 8.4, in an error indication: the address that tunnel was sent to; 4 or 16 bytes follow.
struct GtpuPeerAddress {
    static constexpr std::uint8_t peer_address = 133;

    std::uint8_t kind;
    Be16 length;
};
static_assert(is_wire_layout<GtpuPeerAddress, 3>);

// Section 8.5, in the supported extension headers notification; `count` one-byte types follow.
struct GtpuExtensionList {
    static constexpr std::uint8_t extension_header_types = 141;

    std::uint8_t kind;
    std::uint8_t count;
};
static_assert(is_wire_layout<GtpuExtensionList, 2>);

} // namespace sluice::wire
