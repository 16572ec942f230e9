// Information elements of GTP-U's path messages (3GPP TS 29.281 sections 7.2, 7.3 and 8) and the bounded walk over
// them.
//
// A type below 128 has a length of its own that nothing on the wire tells, so an unknown one ends the walk; from 128 on
// two bytes of length follow the type, except for the list of extension headers, whose length is one byte.
#pragma once

#include <span>

#include "dataplane/wire/gtpu.hpp"

namespace sluice::wire {

// With its type and length; 0 when the bytes end inside it or nobody knows how long it is.
constexpr std::size_t gtpu_element_length(std::span<const std::uint8_t> at) noexcept
{
    constexpr std::uint8_t first_with_length = 128;
    if (at.empty()) return 0;
    std::size_t length = 0;
    if (at[0] == GtpuRecovery::recovery)
        length = sizeof(GtpuRecovery);
    else if (at[0] == GtpuTeid::teid_data_1)
        length = sizeof(GtpuTeid);
    else if (at[0] == GtpuExtensionList::extension_header_types && at.size() >= sizeof(GtpuExtensionList))
        length = sizeof(GtpuExtensionList) + at[1];
    else if (at[0] >= first_with_length && at.size() >= 3)
        length = std::size_t{3} + at[1] * std::size_t{256} + at[2];
    return length <= at.size() ? length : 0;
}

// Whether `elements`, what follows all headers of a message of this type, are elements to their end and the mandatory
// ones among them (tables 7.2.2-1, 7.2.3-1 and 7.3.1-1). An address has 4 or 16 bytes.
constexpr bool are_gtpu_elements(std::uint8_t message, std::span<const std::uint8_t> elements) noexcept
{
    bool recovery = false;
    bool teid = false;
    bool address = false;
    bool list = false;
    while (!elements.empty()) {
        const std::size_t length = gtpu_element_length(elements);
        if (length == 0) return false;
        const std::size_t content = length - sizeof(GtpuPeerAddress);
        recovery = recovery || elements[0] == GtpuRecovery::recovery;
        teid = teid || elements[0] == GtpuTeid::teid_data_1;
        address = address || (elements[0] == GtpuPeerAddress::peer_address && (content == 4 || content == 16));
        list = list || elements[0] == GtpuExtensionList::extension_header_types;
        elements = elements.subspan(length);
    }
    switch (message) {
    case GtpuMessage::echo_response:
        return recovery;
    case GtpuMessage::error_indication:
        return teid && address;
    case GtpuMessage::supported_extension_headers:
        return list;
    default:
        return true;
    }
}

} // namespace sluice::wire
