// ARP for IPv4 over Ethernet (RFC 826); other hardware or protocol types are not laid out here.
#pragma once

#include "dataplane/wire/ethernet.hpp"

namespace sluice::wire {

struct Arp {
    static constexpr Be16 ethernet{1};
    static constexpr Be16 request{1};
    static constexpr Be16 reply{2};

    Be16 hardware;
    Be16 protocol;
    std::uint8_t hardware_length;
    std::uint8_t protocol_length;
    Be16 operation;
    MacBytes sender_mac;
    Be32 sender;
    MacBytes target_mac;
    Be32 target;

    // The four fields that say how the rest is laid out; nothing behind them may be read when this is false.
    constexpr bool is_ipv4_over_ethernet() const noexcept
    {
        return hardware == ethernet && protocol == EtherType::ipv4 && hardware_length == sizeof(MacBytes) &&
               protocol_length == sizeof(Be32);
    }
    constexpr bool is_request_or_reply() const noexcept { return operation == request || operation == reply; }
    // RFC 5227 section 1.1: a probe asks without claiming an address of its own.
    constexpr bool is_probe() const noexcept { return operation == request && sender == Be32{}; }
};
static_assert(is_wire_layout<Arp, 28>);

} // namespace sluice::wire
