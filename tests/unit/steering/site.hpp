// One shared port as the tests have it: what is the gateway's, what is the kernel's.
#pragma once

#include <string>
#include <vector>

#include "tests/support/packet.hpp"
#include "tests/unit/steering/loaded.hpp"

namespace sluice::test::site {

inline constexpr std::string_view mac = "02:00:00:00:00:02"; // far_mac: where the builder's frames go
inline constexpr std::string_view other_mac = "02:00:00:00:00:99";
inline constexpr std::string_view kernel4 = "192.0.2.2"; // on the NIC, and the end of our VXLAN tunnels
inline constexpr std::string_view gtpu4 = "192.0.2.3";
inline constexpr std::string_view service4 = "203.0.113.80";
inline constexpr std::string_view pooled4 = "203.0.113.70"; // in 203.0.113.64/28
inline constexpr std::string_view hole4 = "203.0.113.65";   // in it too, and on the NIC
inline constexpr std::string_view peer4 = "198.51.100.7";
inline constexpr std::string_view kernel6 = "2001:db8::2"; // and the end of VXLAN tunnels where `over6`
inline constexpr std::string_view service6 = "2001:db8:1::80";
inline constexpr std::string_view peer6 = "2001:db8:2::7";
inline constexpr unsigned our_vlan = 310;

enum class Tunnels { over4, over6 };

// Fills the maps as the dataplane would.
void set_up(Loaded& loaded, Tunnels tunnels);

} // namespace sluice::test::site
