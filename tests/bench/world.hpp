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
// The campus has several routers, 10.40.0.2 and 2001:db8:40::2 the first.
inline constexpr unsigned campus_routers = 8;
[[nodiscard]] constexpr Mac campus_router(unsigned number)
{
    return {0x02, 0, 0, 0, 0x03, static_cast<std::uint8_t>(number)};
}
inline constexpr unsigned most_workers = 2;
// `workers`: most_workers at most.
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
// Servers and clients of the internet: 11.0.0.0/8, 2001:db8:c::/96.
inline constexpr std::uint32_t internet_first = ipv4(11, 0, 0, 0);
inline constexpr std::array<std::uint16_t, 6> internet_prefix6{0x2001, 0xdb8, 0xc, 0, 0, 0};

// Phone i of the network `phones`, behind the base station.
struct Phone {
    static constexpr std::uint32_t endpoint = ipv4(10, 30, 0, 1); // ours
    static constexpr std::uint32_t peer = ipv4(10, 30, 0, 9);
    static constexpr std::uint16_t vlan = 310;
    [[nodiscard]] static constexpr std::uint32_t address(std::uint32_t i) { return ipv4(100, 64, 0, 7) + i; }
    [[nodiscard]] static constexpr std::uint32_t teid(std::uint32_t i) { return 0x1001 + i; }
    [[nodiscard]] static constexpr std::uint32_t peer_teid(std::uint32_t i) { return 0x2000'0001 + i; }
};

// Virtual machine i, on the host of its own VTEP as long as there are hosts.
struct Machine {
    static constexpr std::uint32_t vtep = ipv4(10, 255, 0, 1); // ours
    static constexpr Mac gateway{0x02, 0x00, 0x5e, 0x00, 0x00, 0x01};
    static constexpr std::uint32_t hosts = 60'000;
    static constexpr std::uint32_t shop_vni = 5'001;
    [[nodiscard]] static constexpr std::uint32_t address(std::uint32_t i) { return ipv4(10, 64, 0, 1) + i; }
    [[nodiscard]] static constexpr std::uint32_t host(std::uint32_t i) { return ipv4(10, 255, 1, 0) + i % hosts; }
    [[nodiscard]] static constexpr Mac mac(std::uint32_t i)
    {
        return {0x52,
                0x54,
                static_cast<std::uint8_t>(i >> 24),
                static_cast<std::uint8_t>(i >> 16),
                static_cast<std::uint8_t>(i >> 8),
                static_cast<std::uint8_t>(i)};
    }
};

// The services `order` and `order6` and their backends: on the campus, or machines of the shop.
struct Service {
    static constexpr std::uint32_t address = ipv4(203, 0, 113, 80);
    static constexpr std::array<std::uint16_t, 6> prefix6{0x2001, 0xdb8, 0xf, 0, 0, 0};
    static constexpr std::uint32_t address6 = 0x80; // in it
    static constexpr std::uint16_t port = 443;
    static constexpr std::uint32_t backends = 16;
    static constexpr std::uint16_t backend_port = 8'443;
    static constexpr std::uint32_t campus_backend = ipv4(10, 50, 0, 1); // and the following
    static constexpr std::array<std::uint16_t, 6> campus_prefix6{0x2001, 0xdb8, 0x50, 0, 0, 0};
};

// The example has one phone and two machines; these replace them. Memory grows where the example's does not do.
void set_phones(config::Config& config, std::uint32_t count);
void set_machines(config::Config& config, std::uint32_t count);
enum class Backends { campus, shop };
void set_backends(config::Config& config, Backends where);
// `order` sends packets on as they are; with `sessions` or by the ring alone.
void set_direct(config::Config& config, bool sessions);

[[nodiscard]] IpAddress ip(const Address& address);

} // namespace sluice::bench
