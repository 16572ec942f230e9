// What a checked configuration is: plain values, every key of the YAML once, defaults as written here.
// The loader fills it and refuses what cannot stand; who reads it may trust names and ranges.
// `line` members are the line of the YAML that defined the thing, for messages and `sluicectl why`.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dataplane/base/address.hpp"

namespace sluice::config {

// Where a server listens.
struct ListenAddress {
    IpAddress address;
    std::uint16_t port = 0;
    bool operator==(const ListenAddress&) const = default;
    [[nodiscard]] std::string text() const // "127.0.0.1:9469", "[::1]:9469"
    {
        const std::string host = address.is_v4() ? address.text() : "[" + address.text() + "]";
        return host + ":" + std::to_string(port);
    }
};

struct Node {
    std::string name;
    Ipv4Address router_id;
    std::string netns; // empty: the namespace the processes were started in
    std::chrono::milliseconds drain_time{10'000};
    std::optional<ListenAddress> metrics; // nullopt: `none`, nobody can ask for them
};

struct Memory {
    std::uint64_t hugepage_bytes = 0; // 0: `none`, run without hugepages
    std::uint32_t sessions = 65'536;
    std::uint32_t tunnels = 1'024;
    std::uint32_t routes = 16'384;
};

struct Workers {
    std::vector<unsigned> cores{1};
    unsigned main_core = 0;
    enum class Idle { poll, sleep } idle = Idle::poll;
    std::uint32_t new_sessions = 0; // per second and worker; 0: no cap
};

struct Terminates {
    bool vxlan = false;
    bool gtpu = false;
};

// A port, or a port with a VLAN tag: both are interfaces and share this.
struct Interface {
    unsigned mtu = 1500;
    std::vector<Prefix> addresses; // host bits kept
    Terminates terminates;
    int line = 0;
};

struct Port : Interface {
    std::string device;           // PCI address, or a DPDK virtual device with its arguments; or empty, and
    std::string kernel_interface; // a NIC that stays with the kernel, by its name there (AF_XDP)
    unsigned queues = 1;
    unsigned rx_descriptors = 2'048; // of each receive queue; a power of two
    unsigned tx_descriptors = 1'024; // of each transmit queue; a power of two
    std::optional<MacAddress> mac;

    [[nodiscard]] bool is_shared() const { return !kernel_interface.empty(); }
};

struct Vlan : Interface {
    std::string port;
    unsigned id = 0; // 1..4094
};

struct Vxlan {
    std::optional<IpAddress> vtep;
    std::uint16_t port = 4789;
    MacAddress gateway_mac{{0x02, 0x00, 0x5e, 0x00, 0x00, 0x01}};
};

struct Gtpu {
    std::optional<IpAddress> endpoint;
    std::chrono::milliseconds echo_interval{60'000}; // 0: send none
};

struct Subnet {
    Prefix prefix;
    IpAddress gateway;
    int line = 0;
};

// Where a virtual machine lives: behind which VTEP, under which MAC.
struct TunnelNeighbor {
    IpAddress address;
    MacAddress mac;
    IpAddress vtep;
    int line = 0;
};

struct GtpuSession {
    IpAddress ue;
    std::uint32_t teid = 0; // ours: what the peer writes to us
    IpAddress peer;
    std::uint32_t peer_teid = 0; // theirs: what we write to the peer
    int line = 0;
};

struct Network {
    std::optional<std::uint32_t> vni; // 1..16777215
    unsigned mtu = 1450;
    std::map<std::string, Subnet> subnets;
    std::vector<TunnelNeighbor> neighbors;
    std::vector<Prefix> prefixes;
    std::vector<GtpuSession> sessions;
    bool presence = false; // the node's own sockets can be opened in it
    int line = 0;
};

struct Pool {
    std::vector<Prefix> addresses; // IPv4
    std::uint16_t first_port = 1024;
    std::uint16_t last_port = 65535;
    unsigned block_size = 256; // power of two, 64..4096
    int line = 0;
};

struct NatRule {
    std::string network;
    Prefix source{Ipv4Address{0}, 0};
    std::string pool;
    int line = 0;
};

struct Eip {
    Ipv4Address public_address;
    std::string network;
    Ipv4Address private_address;
    int line = 0;
};

struct Timeouts {
    std::chrono::seconds tcp_established{7'440};
    std::chrono::seconds tcp_transitory{240};
    std::chrono::seconds udp{300};
    std::chrono::seconds icmp{60};
};

struct Nat {
    std::map<std::string, Pool> pools;
    std::vector<NatRule> rules;
    std::vector<Eip> eips;
    Timeouts timeouts;
};

enum class Protocol : std::uint8_t { icmp = 1, tcp = 6, udp = 17 };

struct ServicePort {
    std::uint16_t port = 0;
    Protocol protocol = Protocol::tcp;
    auto operator<=>(const ServicePort&) const = default;
};

struct Backend {
    IpAddress address;
    std::uint16_t port = 0;
    std::uint32_t weight = 100; // 0..65535; 0 keeps its flows and gets no new ones
    int line = 0;
};

// TCP connects from the gateway to every backend of a service.
struct Health {
    bool tcp = true;                           // the only kind there is
    std::uint16_t port = 0;                    // 0: the backend's, or else the service's first TCP port
    std::chrono::milliseconds interval{2'000}; // from the begin of one check to the begin of the next
    std::chrono::milliseconds timeout{1'000};  // not above the interval
    std::chrono::milliseconds jitter{100};     // a check comes up to this much early; at most half the interval
    std::uint32_t rise = 2;                    // so many checks answered in a row: up
    std::uint32_t fall = 3;                    // so many failed in a row: down
    enum class AllDown { fail_open, fail_closed } all_down = AllDown::fail_open;
};

struct Service {
    IpAddress address;
    std::vector<ServicePort> ports;
    enum class Forward { dnat, direct } forward = Forward::dnat; // direct: unchanged, the backend holds the address
    bool sessions = true;                                        // false: the ring alone, with direct only
    std::string network;                                         // where the backends live
    std::vector<Backend> backends;                               // empty when a registry names them
    std::string registry;                                        // name in Config::registries, or empty
    std::string registry_service;                                // the service's name there
    std::optional<Health> health;                                // without: every backend counts as up
    int line = 0;
};

// Of the kind `file` or of the kind `zookeeper`: one of the two is not empty.
struct Registry {
    std::string file;                                        // absolute, resolved against the configuration's folder
    std::optional<std::chrono::milliseconds> keep_when_lost; // nullopt: forever
    int line = 0;
    std::vector<std::string> zookeeper; // "host:port", an IPv6 address in brackets
    std::string root = "/dubbo";
    enum class Netns { host, node } netns = Netns::host;
    std::chrono::milliseconds session_timeout{10'000};
    std::uint32_t sudden_loss = 50;                                 // percent
    std::optional<std::chrono::milliseconds> confirm_after{30'000}; // nullopt: never
};

// BFD towards a neighbour (RFC 5880): detection takes interval × multiplier.
struct Bfd {
    std::chrono::milliseconds interval{300}; // of both directions
    unsigned multiplier = 3;
};

enum class BgpFamily : std::uint8_t { ipv4_unicast, ipv6_unicast, l2vpn_evpn };

struct BgpNeighbor {
    IpAddress address;
    std::uint32_t as = 0;
    std::string password_file; // absolute; empty: no TCP MD5. The password itself is nowhere in a configuration
    std::optional<Bfd> bfd;
    unsigned multihop = 1;           // links between the neighbour and us; more than one sends with a TTL of 255
    bool gtsm = false;               // RFC 5082: only what came over at most `multihop` links
    std::vector<BgpFamily> families; // empty: the one of its address
    std::optional<std::uint32_t> maximum_prefixes; // nullopt: no limit
    int line = 0;
};

// A community (RFC 1997) or a large one (RFC 8092), as written.
struct Community {
    std::string text;
    bool large = false;
};

// What is announced of one kind, and to whom.
struct Announcement {
    std::vector<std::string> to; // names in Bgp::neighbors
    std::vector<Community> communities;
    std::optional<std::uint32_t> med;
    int line = 0;
};

struct Bgp {
    enum class Mode {
        external,
        managed
    } mode = Mode::external; // managed: the control process writes FRR's configuration
    std::uint32_t as = 0;    // 0: not written
    std::map<std::string, BgpNeighbor> neighbors;
    std::optional<Announcement> services; // nullopt: none is announced
    std::optional<Announcement> eips;
    std::optional<Announcement> nat_pools;
    bool graceful_restart = false;
    std::optional<std::chrono::milliseconds> keep_when_lost{120'000}; // nullopt: forever
    std::vector<std::string> pid_files;                               // of the daemons whose death counts
    int line = 0;                                                     // 0: the section is not there
};

struct StaticRoute {
    std::string network = "public";
    Prefix prefix;
    IpAddress via;
    std::string interface; // empty: the interface whose subnet holds `via`
    int line = 0;
};

struct StaticNeighbor {
    std::string interface;
    IpAddress address;
    MacAddress mac;
    int line = 0;
};

struct Config {
    Node node;
    Memory memory;
    Workers workers;
    std::map<std::string, Port> ports;
    std::map<std::string, Vlan> vlans;
    Vxlan vxlan;
    Gtpu gtpu;
    bool mss_clamp = true;
    std::map<std::string, Network> networks; // without the built-in "public"
    Nat nat;
    std::map<std::string, Service> services;
    std::map<std::string, Registry> registries;
    Bgp bgp;
    std::vector<StaticRoute> routes;
    std::vector<StaticNeighbor> neighbors;
    std::string digest; // hex digest of the file's bytes, what both processes show
};

} // namespace sluice::config
