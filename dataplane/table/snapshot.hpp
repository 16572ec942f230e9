// The published tables: everything a packet may read, as one immutable value behind one pointer.
// Written by the table server's thread only (it builds the next one and swaps the pointer), read by the workers; sizes
// follow the configuration; a transaction that does not fit is refused whole before anything is published.
// Parts that a transaction did not touch are shared with the snapshot before it, so copying one costs next to nothing.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dataplane/base/address.hpp"
#include "dataplane/table/address_hints.hpp"
#include "dataplane/table/exact_map.hpp"
#include "dataplane/table/exit.hpp"
#include "dataplane/table/port_blocks.hpp"
#include "dataplane/table/prefix_map.hpp"
#include "dataplane/table/row_map.hpp"
#include "dataplane/table/rows.hpp"
#include "dataplane/table/session_entry.hpp" // none
#include "dataplane/table/shared_array.hpp"

namespace sluice::table {

inline constexpr std::uint16_t public_network = 0;

// An address in a scope (a network or an interface), either family; IPv4 stands in the first four bytes, raw order.
struct AddressKey {
    std::array<std::uint8_t, 16> address{};
    std::uint16_t scope = 0;
    std::uint16_t port = 0; // raw order; 0 where the key has none
    std::uint8_t protocol = 0;
    std::uint8_t family = 4; // 4 or 6
    std::uint16_t unused = 0;

    bool operator==(const AddressKey&) const = default;
};
static_assert(sizeof(AddressKey) == 24 && std::has_unique_object_representations_v<AddressKey>);

[[nodiscard]] AddressKey key_of(std::uint16_t scope, const IpAddress& address, std::uint16_t raw_port = 0,
                                std::uint8_t protocol = 0);

[[nodiscard]] constexpr std::uint64_t local4_key(std::uint16_t network, std::uint32_t raw_address) noexcept
{
    return std::uint64_t{network} << 32 | raw_address;
}

struct Interface {
    std::uint16_t id = 0;
    std::uint16_t port = 0;
    std::uint16_t vlan = 0; // 0: untagged
    std::uint16_t network = public_network;
    std::uint16_t mtu = 1500;
    bool terminates_vxlan = false;
    bool terminates_gtpu = false;
    bool of_kernel = false; // addresses, ARP and ND are those of the kernel's NIC; its TAP only takes what is punted
    MacAddress mac;
    Ipv4Address address4; // first of each family; the source of ICMP errors; zero when there is none
    Ipv6Address address6;
    std::string name;
};

// A few IPv4 prefixes that are asked for every packet. When full, add() says so.
class Prefixes4 {
public:
    [[nodiscard]] bool add(std::uint32_t raw_address, std::uint32_t raw_mask) noexcept
    {
        const Masked added{raw_address & raw_mask, raw_mask};
        for (unsigned i = 0; i < count_; ++i)
            if (prefixes_[i] == added) return true;
        if (count_ == prefixes_.size()) return false;
        prefixes_[count_++] = added;
        return true;
    }
    [[nodiscard]] bool have(std::uint32_t raw_address) const noexcept
    {
        for (unsigned i = 0; i < count_; ++i)
            if ((raw_address & prefixes_[i].mask) == prefixes_[i].address) return true;
        return false;
    }
    // visit(raw address, raw mask) for each.
    template<class Visit>
    void for_each(Visit&& visit) const
    {
        for (unsigned i = 0; i < count_; ++i)
            visit(prefixes_[i].address, prefixes_[i].mask);
    }

private:
    struct Masked {
        std::uint32_t address = 0;
        std::uint32_t mask = 0;

        bool operator==(const Masked&) const = default;
    };
    std::array<Masked, 4> prefixes_{};
    std::uint32_t count_ = 0;
};

struct Network {
    std::string name;
    std::uint32_t vni = 0;
    std::uint16_t mtu = 0; // 0: no limit of its own
    Ipv4Address address4;  // source of ICMP errors into this network
    Ipv6Address address6;
    bool used = false;
    bool presence = false; // the kernel has the gateways' addresses as well
    // What else than packets to an address of ours may be translated here: what comes from `sources` (NAT rules, those
    // that are gone as well), from single addresses (Snapshot::translated; EIPs, backends and what they hold), or
    // anything, where `sources` could not hold all rules.
    bool translates_any = false;
    bool translates_some = false;
    Prefixes4 sources;
};

// Who an address of ours belongs to, asked after the session table missed.
enum class Owner : std::uint8_t {
    interface, // a kernel interface's own address: punt
    gateway,   // a VPC's gateway: ARP, ND and ping are answered here
    tunnel_endpoint,
    service,
    pool,
    eip
};
struct LocalAddress {
    Owner owner = Owner::interface;
    std::uint32_t id = 0;   // interface, pool
    bool stateless = false; // a service without sessions has this address
};

// Whom a link's hop leads to; while nobody knows the MAC address it is zero.
struct Adjacency {
    std::uint16_t interface = 0;
    MacAddress destination;
    IpAddress gateway; // unset: the packet's own destination
};

// What a route or an underlay leads to: one hop, which stands in the number itself, or a group of several or of none.
using Target = std::uint32_t;
inline constexpr Target one_hop = Target{1} << 30;
static_assert(one_hop < first_node);
[[nodiscard]] constexpr bool is_one_hop(Target target) noexcept
{
    return (target & one_hop) != 0;
}

// The far end of tunnels: whoever shares it shares the way there.
struct FarEnd {
    IpAddress remote;
    Target underlay = none; // towards it in the public network
};

// What the general way and the tools ask about a tunnel; its header and counters stand in the hop's exit. 28 bytes.
struct Tunnel {
    enum class Kind : std::uint8_t { vxlan, gtpu };

    std::uint32_t far_end = 0;
    std::uint32_t id = 0;                 // VNI or the peer's TEID
    std::array<std::uint8_t, 16> inner{}; // the machine or phone behind it, as in packets
    std::uint16_t network = 0;            // whose packets travel in it
    Kind kind = Kind::vxlan;
    std::uint8_t inner_family = 0; // 4, 6, or 0: not one address

    [[nodiscard]] IpAddress inner_address() const noexcept;
};
static_assert(sizeof(Tunnel) == 28);

// Where a route ends. What every packet needs of it stands in its exit.
struct Hop {
    enum class Kind : std::uint8_t { unused, unresolved, on_link, adjacency, vxlan, gtpu };

    std::uint32_t index = none;  // of the tunnel; of all others the adjacency
    std::uint16_t interface = 0; // of a link
    Kind kind = Kind::unused;

    [[nodiscard]] bool is_tunnel() const noexcept { return kind == Kind::vxlan || kind == Kind::gtpu; }
};
static_assert(sizeof(Hop) == 8);

// The members among which a flow's hash chooses: it names a slot, and the slot a member (build/resilient.hpp says
// which). None: unreachable.
struct Group {
    static constexpr unsigned slot_bits = 10;
    static constexpr std::size_t slot_count = std::size_t{1} << slot_bits;

    std::span<const std::uint32_t> hops;  // one by one as often as their weight says
    const std::uint32_t* slots = nullptr; // slot_count of them; of an empty group none

    [[nodiscard]] std::uint32_t pick(std::uint64_t hash) const noexcept
    {
        return slots == nullptr ? none : slots[hash >> (64 - slot_bits)];
    }
};

struct Backend {
    std::uint32_t id = 0;
    IpAddress address;
    std::uint16_t port = 0; // raw order; 0: the port that the packet has, which is the service's
    std::uint32_t weight = 0;
    bool down = false; // control has found that it is not there
};

struct Service {
    std::uint32_t id = 0;
    std::string name;
    IpAddress address;
    std::uint16_t network = 0; // where the backends live
    bool direct = false;       // packets go to the backend unchanged, and its answers are the service's
    bool stateless = false;    // no sessions: the ring alone chooses; `direct` then
    std::string place;         // of its lines in the operator's file, for `sluicectl why`; may be empty
    std::string source;        // who names its backends, for `sluicectl services`
    std::vector<Backend> backends;
    // Indices into `backends`; empty: nobody can take a new flow. Shared between snapshots: it is the largest part.
    std::shared_ptr<const std::vector<std::uint16_t>> ring;
};

struct ServiceTarget {
    std::uint32_t service = 0; // index into Snapshot::services
};
struct ReverseTarget {
    std::uint32_t service = 0;
    std::uint16_t port = 0; // what the source port becomes, raw order
};

struct Pool {
    std::uint32_t id = 0;
    std::uint32_t serial = 0; // names `blocks` in session records: a pool that is set up anew gets another
    std::string name;
    std::shared_ptr<PortBlocks> blocks; // outlives snapshots: sessions hold its ports
};

struct NatRule {
    std::uint16_t network = 0;
    Prefix source;
    std::uint32_t pool = 0; // index into Snapshot::pools
    std::string place;      // as a service's
};

// A rule that is gone while its pool has stayed: the sessions that it began go on.
struct FormerRule {
    std::uint16_t network = 0;
    Prefix source;
    std::uint32_t pool = 0; // its serial
};

struct EipTarget {
    std::uint16_t network = 0; // of the other side
    Ipv4Address address;       // of the other side
};

struct GtpuTerminus {
    std::uint32_t counter = 0;
    std::uint16_t network = 0;
    std::uint8_t family = 0;           // of the phone: 4 or 6
    std::array<std::uint8_t, 16> ue{}; // the phone's address as in packets; of IPv4 the first four bytes
};

struct TeidRow {
    std::uint32_t key = 0;
    GtpuTerminus value;

    [[nodiscard]] bool is_used() const noexcept { return value.family != 0; }
};
static_assert(sizeof(TeidRow) == 28);

struct NeighborRow {
    AddressKey key;
    std::uint32_t value = none; // hop

    [[nodiscard]] bool is_used() const noexcept { return value != none; }
};

struct Settings {
    IpAddress vtep;
    std::uint16_t vxlan_port = 4789;
    bool has_vtep = false;
    bool has_gtpu_endpoint = false;
    bool mss_clamp = true;
    IpAddress gtpu_endpoint;
    MacAddress gateway_mac;
    Ipv4Address router_id;
    std::uint32_t gtpu_echo_interval_ms = 60'000;
    std::uint32_t tcp_established_s = 7'440;
    std::uint32_t tcp_transitory_s = 240;
    std::uint32_t udp_s = 300;
    std::uint32_t icmp_s = 60;
    std::string config_digest;
};

struct Snapshot {
    std::uint64_t generation = 0;
    std::uint32_t routes_epoch = 1; // grows with every change that could send a packet another way
    // The same of each network, for sessions that leave into it: it has one for each number that a network can have.
    // They start anywhere, so that what a session remembers from another process is not taken for known.
    SharedArray<std::uint32_t> network_epochs;
    Settings settings;
    SharedArray<Interface> interfaces;
    // interface_of[port * 4096 + vlan]: the interface that takes frames of the port with that tag; 0xFFFF: none
    SharedArray<std::uint16_t> interface_of;
    SharedArray<Network> networks;
    ExactMap<AddressKey, LocalAddress> locals; // (network, address)
    ExactMap<std::uint64_t, bool> locals4;     // the IPv4 ones among them, by local4_key → LocalAddress::stateless
    AddressHints hints;                        // what `locals`, `translated` and the public network have
    Prefixes4 session_addresses;               // pools: public, own, not stateless; as many as there is room for
    ExactMap<AddressKey, bool> translated;     // (network, address) of EIPs' private sides, backends, direct services
    ExactMap<std::uint64_t, bool> translated4; // the IPv4 ones among them
    PrefixMap routes;                          // → target
    Rows<Group> groups;
    Rows<Hop> hops;
    Rows<Exit> exits; // by hop
    Rows<Adjacency> adjacencies;
    Rows<Tunnel> tunnels;
    Rows<FarEnd> far_ends;
    RowMap<NeighborRow> neighbors;                  // (interface, address) → hop
    ExactMap<std::uint32_t, std::uint16_t> vnis;    // VNI → network
    RowMap<TeidRow> teids;                          // TEID → network and phone
    ExactMap<AddressKey, ServiceTarget> service_of; // (public, address, port, protocol)
    // (network, backend address, port, protocol), of direct services the service's address: an answer's source. These
    // have a row of port 0 too, for later fragments.
    ExactMap<AddressKey, ReverseTarget> reverse_of;
    SharedArray<Service> services;
    SharedArray<Pool> pools;
    SharedArray<std::vector<NatRule>> nat_rules; // by network
    SharedArray<FormerRule> former_rules;
    ExactMap<AddressKey, EipTarget> eip_outward; // (network, private) → public
    ExactMap<AddressKey, EipTarget> eip_inward;  // (public, public) → private

    // The hop of a flow, or `none` where the target is an empty group.
    [[nodiscard]] std::uint32_t pick(Target target, std::uint64_t hash) const noexcept
    {
        return is_one_hop(target) ? target ^ one_hop : groups[target].pick(hash);
    }
    // Calls visit(hop) for every member, as often as its weight says, until one returns true; whether one did.
    template<class Visit>
    bool any_hop(Target target, Visit&& visit) const
    {
        if (is_one_hop(target)) return visit(target ^ one_hop);
        for (const std::uint32_t hop : groups[target].hops)
            if (visit(hop)) return true;
        return false;
    }
};

// Of a number that a session or a route remembers: empty when these tables do not have it.
[[nodiscard]] const std::string& network_name(const Snapshot& tables, std::size_t network);

} // namespace sluice::table
