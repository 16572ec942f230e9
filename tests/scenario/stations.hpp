// The beginnings of the frames that the stations around `one_node` send to it; the test goes on from there.
#pragma once

#include "tests/scenario/bench.hpp"
#include "tests/scenario/worlds.hpp"
#include "tests/support/packet.hpp"

namespace sluice::test {

// From the base station, up to the GTP-U header; the phone's IP packet follows.
[[nodiscard]] Packet from_radio(const Bench& bench, std::uint32_t teid = 0x1001);
// From the phone to the order service; the transport header follows.
[[nodiscard]] Packet from_phone(const Bench& bench, std::string_view destination = "203.0.113.80");
// From a machine's host, up to the inner Ethernet header; the machine's IP packet follows.
[[nodiscard]] Packet from_machine(const Bench& bench, std::string_view machine, unsigned vni = 5001);
// From the internet's router; the IP packet follows.
[[nodiscard]] Packet from_internet(const Bench& bench);

} // namespace sluice::test
