// GTP-U, both directions, and its path messages. 3GPP TS 29.281.
#pragma once

#include <cstdint>
#include <span>

#include "dataplane/burst/packet.hpp"

namespace sluice::gtpu {

// What becomes of a packet to our endpoint.
enum class Message : std::uint8_t {
    inner, // a G-PDU: data start is at the inner IP header, network and family are set
    reply, // an echo request, turned into the response in place: to be sent to its source
    ended  // see the verdict
};
struct Opened {
    Verdict verdict;
    Message message = Message::ended;
};

// The caller has matched our endpoint's address and port, and that this interface terminates GTP-U.
[[nodiscard]] Opened open(Packet& packet, const table::Snapshot& tables) noexcept;

// After the inner IP header was parsed: a phone may only send from its own address.
[[nodiscard]] Verdict check_source(const Packet& packet, const table::Snapshot& tables) noexcept;

// The tunnel's ready-made header in front, lengths patched. The caller has checked the MTU.
[[nodiscard]] Verdict encapsulate(Packet& packet, std::span<const std::uint8_t> header) noexcept;

} // namespace sluice::gtpu
