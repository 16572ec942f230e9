// GTP-U extension headers (3GPP TS 29.281 section 5.2) and the bounded walk over them.
//
// Each is: one byte of length in units of four bytes, its content, one byte naming the type of the next, 0 for none.
// The two upper bits of a type say who must understand it; an endpoint must understand every type with the uppermost
// bit set, and answers one it does not with a supported extension headers notification (section 5.2.1).
#pragma once

#include <span>
#include <tl/expected.hpp>

#include "dataplane/wire/gtpu.hpp"

namespace sluice::wire {

// Section 5.2.1, figure 5.2.1-3.
struct GtpuExtension {
    static constexpr std::uint8_t none = 0x00;
    static constexpr std::uint8_t long_pdcp_pdu_number_optional = 0x03;
    static constexpr std::uint8_t service_class_indicator = 0x20;
    static constexpr std::uint8_t udp_port = 0x40;
    static constexpr std::uint8_t ran_container = 0x81;
    static constexpr std::uint8_t long_pdcp_pdu_number = 0x82;
    static constexpr std::uint8_t xw_ran_container = 0x83;
    static constexpr std::uint8_t nr_ran_container = 0x84;
    static constexpr std::uint8_t pdu_session_container = 0x85;
    static constexpr std::uint8_t pdcp_pdu_number = 0xC0;
    static constexpr std::uint8_t endpoint_must_understand = 0x80;
    static constexpr std::size_t unit = 4;

    static constexpr bool is_required(std::uint8_t type) noexcept { return (type & endpoint_must_understand) != 0; }
};

enum class GtpuExtensionError : std::uint8_t {
    truncated,      // the bytes end inside an extension header
    zero_length,    // would never advance; section 5.2.1: the length is at least one unit
    too_many,       // more headers than the bound
    not_understood, // a type that must be, and is not
};

inline constexpr unsigned max_gtpu_extensions = 8;

// `first` is the optional part's next_extension and `bytes` what follows the optional part. Gives the length of all
// extension headers: what lies behind them is the message. `understood(type)` is asked for required types only.
template<class Understood>
constexpr tl::expected<std::size_t, GtpuExtensionError>
skip_gtpu_extensions(std::uint8_t first, std::span<const std::uint8_t> bytes, Understood understood,
                     unsigned bound = max_gtpu_extensions) noexcept
{
    std::size_t at = 0;
    std::uint8_t type = first;
    for (unsigned count = 0; type != GtpuExtension::none; ++count) {
        if (count == bound) return tl::unexpected(GtpuExtensionError::too_many);
        if (at == bytes.size()) return tl::unexpected(GtpuExtensionError::truncated);
        const std::size_t length = GtpuExtension::unit * bytes[at];
        if (length == 0) return tl::unexpected(GtpuExtensionError::zero_length);
        if (length > bytes.size() - at) return tl::unexpected(GtpuExtensionError::truncated);
        if (GtpuExtension::is_required(type) && !understood(type)) {
            return tl::unexpected(GtpuExtensionError::not_understood);
        }
        at += length;
        type = bytes[at - 1];
    }
    return at;
}

} // namespace sluice::wire
