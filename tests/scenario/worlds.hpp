// The configurations of the scenarios, as an operator would write them, and the stations around the node.
//
//   phone 100.64.0.7 ─ base station 10.30.0.9 ─n3─┐           ┌─fabric─ hosts 10.20.0.11, .12 ─ machines 10.1.0.31, .32
//                                                 └── node ───┤
//   internet 192.0.2.9 ─ router 198.51.100.1 ─internet────────┘
#pragma once

#include <string>

namespace sluice::test {

// All four functions on one node; every station's MAC address is known.
extern const std::string one_node;
// The same with services whose backends hold the service's address: `order` (.80) and `order6` keep sessions, `ring`
// (.82) and `ring6` keep none.
[[nodiscard]] std::string direct_node();

inline constexpr std::string_view router_mac = "02:00:00:00:02:01"; // on internet
inline constexpr std::string_view radio_mac = "02:00:00:00:02:09";  // on n3
inline constexpr std::string_view host1_mac = "02:00:00:00:02:11";  // on fabric
inline constexpr std::string_view host2_mac = "02:00:00:00:02:12";
inline constexpr std::string_view gateway_mac = "02:00:5e:00:00:01"; // inside VXLAN

} // namespace sluice::test
