// The node that is measured: config/examples/one-node.yaml on null devices, with a third port towards a campus whose
// private addresses leave by NAT, and with the neighbours that the kernel would have found.
//
//   campus 172.16.0.0/12 ─ routers 10.40.0.2… ─campus───┐          ┌─fabric─ router 10.20.0.3 ─ hosts 10.255.0.0/24
//   phones 100.64.0.0/10 ─ base station 10.30.0.9 ─n3───┤── node ──┤
//   internet ─ router 198.51.100.1 ─internet────────────┘
#pragma once

#include <cstdint>
#include <string>

#include "config/schema.hpp"
#include "tests/bench/frame.hpp"

namespace sluice::bench {

// Ports are numbered by name.
inline constexpr std::uint16_t campus_port = 0;
inline constexpr std::uint16_t fabric_port = 1;
inline constexpr std::uint16_t internet_port = 2;

[[nodiscard]] constexpr Mac our_mac(std::uint16_t port)
{
    return {0x02, 0, 0, 0, 0x01, static_cast<std::uint8_t>(port)};
}
inline constexpr Mac internet_router{0x02, 0, 0, 0, 0x02, 0x01};
inline constexpr Mac fabric_router{0x02, 0, 0, 0, 0x02, 0x02};
inline constexpr Mac base_station{0x02, 0, 0, 0, 0x02, 0x03};
// The campus has several routers, 10.40.0.2 the first.
inline constexpr unsigned campus_routers = 8;
[[nodiscard]] constexpr Mac campus_router(unsigned number)
{
    return {0x02, 0, 0, 0, 0x03, static_cast<std::uint8_t>(number)};
}
[[nodiscard]] config::Config world(const std::string& repository, unsigned workers);

[[nodiscard]] constexpr std::uint32_t ipv4(unsigned a, unsigned b, unsigned c, unsigned d)
{
    return a << 24 | b << 16 | c << 8 | d;
}

// Public addresses of the NAT pool, 198.18.0.0/21 (RFC 2544 appendix C.2.2 keeps them for benchmarks).
struct Carrier {
    static constexpr std::uint32_t first = ipv4(198, 18, 0, 0);
    static constexpr unsigned length = 21;
    static constexpr std::uint32_t addresses = 1U << (32 - length);
    static constexpr std::uint32_t first_port = 1'024;
};

// Inside hosts of the campus, 172.16.0.0/12.
inline constexpr std::uint32_t campus_first = ipv4(172, 16, 0, 0);

} // namespace sluice::bench
