#include "config/keys.hpp"

#include <array>
#include <chrono>

#include "config/scalars.hpp"

namespace sluice::config {
namespace {

constexpr std::uint64_t second = 1'000;
constexpr std::uint64_t hour = 3'600 * second;
constexpr std::uint64_t day = 24 * hour;
constexpr std::uint64_t mib = 1ULL << 20;
constexpr std::uint64_t gib = 1ULL << 30;
constexpr std::uint64_t largest_teid = 0xFFFF'FFFF; // TS 29.281 section 5.1; zero is no tunnel
constexpr std::uint64_t largest_vni = 0xFF'FFFF;    // RFC 7348 section 5
constexpr std::uint64_t largest_as = 0xFFFF'FFFF;   // RFC 6793, and a MED (RFC 4271 section 4.3)

constexpr auto live = Applies::live;
constexpr auto restart = Applies::restart;

// clang-format off: one row, one line
constexpr std::array gateway_rows{
    Key{"version", Type::count, 1, 1, "", "", "required", live, "Version of this format; the first key of the file."},

    Key{"node.name", Type::name, 1, 63, "characters", "", "required", restart,
        "Names the node in logs, and its sockets under /run/sluice."},
    Key{"node.router-id", Type::ipv4_address, 0, 0, "", "", "0.0.0.0", live,
        "Identity of the node towards routing peers, and the source of ICMP errors where no address is nearer."},
    Key{"node.netns", Type::name, 1, 63, "characters", "", "", restart,
        "Network namespace of the exception TAPs; without it the one the processes were started in."},
    Key{"node.drain-time", Type::duration, 0, hour, "", "", "10s", live,
        "How long forwarding goes on after a stop was asked for, when something was announced."},
    Key{"node.metrics", Type::listen_address, 0, 0, "", "none", "none", live,
        "Where Prometheus fetches /metrics, in the namespace the control process was started in; nobody is asked for a "
        "password."},

    Key{"memory.hugepages", Type::bytes, 64 * mib, 1'024 * gib, "", "none", "none", restart,
        "Hugepage memory to take; `none` runs without hugepages."},
    Key{"memory.sessions", Type::count, 1'024, 512'000'000, "sessions", "", "65536", restart,
        "Session pairs the table holds; new flows beyond it are dropped by name."},
    Key{"memory.tunnels", Type::count, 16, 16'000'000, "tunnels", "", "1024", restart,
        "Remote tunnel ends, VXLAN and GTP-U together."},
    Key{"memory.routes", Type::count, 16, 16'000'000, "routes", "", "16384", restart, "Routes over all networks."},

    Key{"workers.cores", Type::cores, 0, 1'023, "", "", "1", restart, "Cores that poll, one worker each."},
    Key{"workers.main-core", Type::count, 0, 1'023, "", "", "0", restart, "Core of everything that is not a worker."},
    Key{"workers.idle", Type::choice, 0, 0, "", "poll|sleep", "poll", restart,
        "What a worker does with empty queues: `sleep` spares the core and costs latency."},
    Key{"workers.new-sessions", Type::count, 0, 100'000'000, "per second", "", "0", restart,
        "Sessions a worker may begin in a second, so that a flood leaves established flows alone; 0: no cap."},

    Key{"ports.NAME.device", Type::text, 1, 255, "characters", "", "required", restart,
        "PCI address, or a DPDK virtual device with its arguments."},
    Key{"ports.NAME.device.af-xdp", Type::interface_name, 1, 15, "characters", "", "required", restart,
        "Instead: a NIC that stays with the kernel, by its name there; only gateway traffic comes to us."},
    Key{"ports.NAME.queues", Type::count, 1, 64, "queues", "", "1", restart,
        "Receive queues, and as many transmit queues; they are dealt to the workers. With af-xdp all the NIC has."},
    Key{"ports.NAME.rx-descriptors", Type::count, 128, 32'768, "packets", "", "2048", restart,
        "What a receive queue holds while its worker is away; a power of two, or the nearest the device has."},
    Key{"ports.NAME.tx-descriptors", Type::count, 128, 32'768, "packets", "", "1024", restart,
        "What a transmit queue holds while the cable is busy; a power of two, or the nearest the device has."},
    Key{"ports.NAME.mac", Type::mac, 0, 0, "", "", "", restart, "MAC address to set; without it the device's own."},
    Key{"ports.NAME.mtu", Type::count, 1'280, 9'216, "bytes", "", "1500", restart,
        "Largest IP packet on the interface."},
    Key{"ports.NAME.addresses[]", Type::interface_address, 0, 0, "", "", "", live,
        "Addresses of the interface with the length of their subnet."},
    Key{"ports.NAME.terminates[]", Type::choice, 0, 0, "", "vxlan|gtpu", "", live,
        "Tunnels that may arrive here; others are dropped as `tunnel_not_allowed_here`."},

    Key{"vlans.NAME.port", Type::interface_name, 1, 15, "characters", "", "required", restart,
        "The port that carries the tagged frames."},
    Key{"vlans.NAME.id", Type::count, 1, 4'094, "", "", "required", restart, "VLAN identifier (IEEE 802.1Q)."},
    Key{"vlans.NAME.mtu", Type::count, 1'280, 9'216, "bytes", "", "1500", restart,
        "Largest IP packet on the interface; not above its port's."},
    Key{"vlans.NAME.addresses[]", Type::interface_address, 0, 0, "", "", "", live,
        "Addresses of the interface with the length of their subnet."},
    Key{"vlans.NAME.terminates[]", Type::choice, 0, 0, "", "vxlan|gtpu", "", live,
        "Tunnels that may arrive here; others are dropped as `tunnel_not_allowed_here`."},

    Key{"vxlan.vtep", Type::address, 0, 0, "", "", "", live,
        "Our end of every VXLAN tunnel; required where an interface terminates vxlan or a network has a VNI."},
    Key{"vxlan.port", Type::count, 1, 65'535, "", "", "4789", live, "UDP port of VXLAN (RFC 7348 section 5)."},
    Key{"vxlan.gateway-mac", Type::mac, 0, 0, "", "", "02:00:5e:00:00:01", live,
        "MAC of the gateway's address in every VPC, the same on all nodes."},
    Key{"gtpu.endpoint", Type::address, 0, 0, "", "", "", live,
        "Our end of every GTP-U tunnel; required where an interface terminates gtpu or a network has sessions."},
    Key{"gtpu.echo-interval", Type::duration, 0, hour, "", "", "60s", live,
        "Time between echo requests to each peer (TS 29.281 section 7.2.1); 0s sends none, and less than 60s is warned "
        "of."},
    Key{"tcp.mss-clamp", Type::boolean, 0, 0, "", "", "true", live,
        "Lower the MSS of TCP handshakes to the smallest known MTU of the way."},

    Key{"networks.NAME.vni", Type::count, 1, largest_vni, "", "", "", live, "VXLAN network identifier of a VPC."},
    Key{"networks.NAME.mtu", Type::count, 1'280, 9'166, "bytes", "", "1450", live,
        "Largest IP packet inside the network."},
    Key{"networks.NAME.presence", Type::boolean, 0, 0, "", "", "false", live,
        "Give the gateway's addresses a namespace, NODE@NAME, where sockets reach the VPC."},
    Key{"networks.NAME.subnets.NAME.prefix", Type::prefix, 0, 0, "", "", "required", live, "A subnet of the VPC."},
    Key{"networks.NAME.subnets.NAME.gateway", Type::address, 0, 0, "", "", "required", live,
        "Our address in the subnet."},
    Key{"networks.NAME.neighbors[].address", Type::address, 0, 0, "", "", "required", live,
        "Address of a virtual machine."},
    Key{"networks.NAME.neighbors[].mac", Type::mac, 0, 0, "", "", "required", live,
        "MAC address of the virtual machine."},
    Key{"networks.NAME.neighbors[].vtep", Type::address, 0, 0, "", "", "required", live,
        "VTEP of the host it lives on."},
    Key{"networks.NAME.prefixes[]", Type::prefix, 0, 0, "", "", "", live,
        "Addresses of a mobile network instance's phones."},
    Key{"networks.NAME.sessions[].ue", Type::address, 0, 0, "", "", "required", live, "Address of a phone."},
    Key{"networks.NAME.sessions[].teid", Type::identifier, 1, largest_teid, "", "", "required", live,
        "Our tunnel endpoint identifier: what the peer writes."},
    Key{"networks.NAME.sessions[].peer", Type::address, 0, 0, "", "", "required", live, "Address of the radio side."},
    Key{"networks.NAME.sessions[].peer-teid", Type::identifier, 1, largest_teid, "", "", "required", live,
        "The peer's tunnel endpoint identifier: what we write."},

    Key{"nat.pools.NAME.addresses[]", Type::ipv4_prefix, 0, 0, "", "", "required", live,
        "Public addresses that are shared."},
    Key{"nat.pools.NAME.ports", Type::port_range, 1, 65'535, "", "", "1024-65535", live,
        "Ports of each address that are given out."},
    Key{"nat.pools.NAME.block-size", Type::count, 64, 4'096, "ports", "", "256", live,
        "Ports a subscriber gets at a time; a power of two."},
    Key{"nat.rules[].network", Type::name, 1, 63, "characters", "", "required", live,
        "Network whose packets the rule translates; the first rule that matches wins."},
    Key{"nat.rules[].source", Type::ipv4_prefix, 0, 0, "", "", "0.0.0.0/0", live, "Inside addresses the rule is for."},
    Key{"nat.rules[].pool", Type::name, 1, 63, "characters", "", "required", live,
        "Pool that gives the public address and port."},
    Key{"nat.eips[].public", Type::ipv4_address, 0, 0, "", "", "required", live,
        "A public address that belongs to one inside address."},
    Key{"nat.eips[].network", Type::name, 1, 63, "characters", "", "required", live, "Network of the inside address."},
    Key{"nat.eips[].private", Type::ipv4_address, 0, 0, "", "", "required", live, "The inside address."},
    Key{"nat.timeouts.tcp-established", Type::duration, 60 * second, 7 * day, "", "", "2h4m", live,
        "Idle time of an established TCP session (RFC 5382 REQ-5)."},
    Key{"nat.timeouts.tcp-transitory", Type::duration, second, hour, "", "", "4m", live,
        "Idle time of a TCP session that opens or closes (RFC 5382 REQ-5)."},
    Key{"nat.timeouts.udp", Type::duration, second, day, "", "", "5m", live,
        "Idle time of a UDP session (RFC 4787 REQ-5)."},
    Key{"nat.timeouts.icmp", Type::duration, second, hour, "", "", "60s", live,
        "Idle time of an ICMP echo session (RFC 5508 REQ-2)."},

    Key{"services.NAME.address", Type::address, 0, 0, "", "", "required", live, "The service's virtual address."},
    Key{"services.NAME.ports[]", Type::service_port, 1, 65'535, "", "", "required", live,
        "Ports of the service with their protocol, tcp or udp."},
    Key{"services.NAME.network", Type::name, 1, 63, "characters", "", "required", live,
        "Network the backends live in."},
    Key{"services.NAME.forward", Type::choice, 0, 0, "", "dnat|direct", "dnat", live,
        "`dnat`: the backend's address becomes the destination; `direct`: the backend holds the service's address and "
        "gets packets unchanged, in the tunnel to it, and may answer by a way of its own."},
    Key{"services.NAME.sessions", Type::boolean, 0, 0, "", "", "true", live,
        "`false`, with `direct` only: the ring alone chooses the backend, nothing is remembered."},
    Key{"services.NAME.backends[].address", Type::address, 0, 0, "", "", "required", live, "Address of a backend."},
    Key{"services.NAME.backends[].port", Type::count, 1, 65'535, "", "", "", live,
        "Port of the backend; without it the port of the service."},
    Key{"services.NAME.backends[].weight", Type::count, 0, 65'535, "", "", "100", live,
        "Share of new flows; 0 keeps its flows and gets no new ones."},
    Key{"services.NAME.backends.registry", Type::name, 1, 63, "characters", "", "required", live,
        "Registry that names the backends, instead of a list."},
    Key{"services.NAME.backends.service", Type::text, 1, 255, "characters", "", "required", live,
        "Name of the service in that registry."},
    Key{"services.NAME.health.tcp", Type::boolean, 0, 0, "", "", "required", live,
        "`true`: a backend is up when it takes TCP connections; the only kind of check there is."},
    Key{"services.NAME.health.port", Type::count, 1, 65'535, "", "", "", live,
        "Port to connect to; without it the backend's, or else the service's first TCP port."},
    Key{"services.NAME.health.interval", Type::duration, 200, hour, "", "", "2s", live,
        "Time from one check of a backend to the next."},
    Key{"services.NAME.health.timeout", Type::duration, 10, 60 * second, "", "", "1s", live,
        "A connection that takes longer has failed; not above the interval."},
    Key{"services.NAME.health.jitter", Type::duration, 0, 60 * second, "", "", "100ms", live,
        "A check comes up to this much early, by chance, so that checks spread; at most half the interval."},
    Key{"services.NAME.health.rise", Type::count, 1, 100, "checks", "", "2", live,
        "Checks in a row that must be answered before a backend that was down is used again."},
    Key{"services.NAME.health.fall", Type::count, 1, 100, "checks", "", "3", live,
        "Checks in a row that must fail before a backend is down."},
    Key{"services.NAME.health.all-down", Type::choice, 0, 0, "", "fail-open|fail-closed", "fail-open", live,
        "With no backend up: `fail-open` uses all that are not drained, `fail-closed` none (`no_backend`)."},

    Key{"registries.NAME.file", Type::text, 1, 4'095, "characters", "", "", live,
        "Watched registry file, relative to the folder of the configuration; either this or `zookeeper`."},
    Key{"registries.NAME.zookeeper[]", Type::host_port, 0, 0, "", "", "", live,
        "Servers of a ZooKeeper ensemble where Dubbo's providers register by interface."},
    Key{"registries.NAME.root", Type::text, 1, 255, "characters", "", "/dubbo", live,
        "Node of ZooKeeper below which the interfaces are."},
    Key{"registries.NAME.netns", Type::choice, 0, 0, "", "host|node", "host", live,
        "Network namespace of the connections: `host`, where the process was started, or `node`, that of "
        "`node.netns`."},
    Key{"registries.NAME.session-timeout", Type::duration, second, 10 * 60 * second, "", "", "10s", live,
        "Silence after which ZooKeeper ends our session; after two thirds of it the feed is stale."},
    Key{"registries.NAME.keep-when-lost", Type::duration, 0, 366 * day, "", "forever", "forever", live,
        "How long its backends are kept when it cannot be read."},
    Key{"registries.NAME.sudden-loss", Type::count, 1, 100, "percent", "", "50", live,
        "A loss of more than this share of 8 or more endpoints within 10 s is held back; 100: none is."},
    Key{"registries.NAME.confirm-after", Type::duration, second, 24 * hour, "", "never", "30s", live,
        "When a loss that is held back is read a second time and then believed; `never`: an operator says so."},

    Key{"bgp.mode", Type::choice, 0, 0, "", "external|managed", "external", live,
        "`external`: what your own routing daemon puts into the kernel is mirrored; `managed`: FRR's configuration is "
        "written and applied too."},
    Key{"bgp.as", Type::count, 1, largest_as, "", "", "", live, "Our autonomous system; required with `managed`."},
    Key{"bgp.neighbors.NAME.address", Type::address, 0, 0, "", "", "required", live, "Address of a neighbour."},
    Key{"bgp.neighbors.NAME.as", Type::count, 1, largest_as, "", "", "required", live,
        "The neighbour's autonomous system; ours for an internal session."},
    Key{"bgp.neighbors.NAME.password-file", Type::text, 1, 4'095, "characters", "", "", live,
        "File whose one line is the session's password (TCP MD5, RFC 2385); relative to the folder of the "
        "configuration."},
    Key{"bgp.neighbors.NAME.bfd.interval", Type::duration, 50, 60 * second, "", "", "300ms", live,
        "Time between BFD packets of either side (RFC 5880); `bfd: {}` takes the defaults."},
    Key{"bgp.neighbors.NAME.bfd.multiplier", Type::count, 2, 255, "", "", "3", live,
        "Intervals without a packet after which the neighbour is dead."},
    Key{"bgp.neighbors.NAME.multihop", Type::count, 1, 254, "links", "", "1", live,
        "Links between the neighbour and us; with 1 it is in the subnet of an interface."},
    Key{"bgp.neighbors.NAME.gtsm", Type::boolean, 0, 0, "", "", "false", live,
        "Accept only packets that crossed at most `multihop` links (RFC 5082); both sides must have it."},
    Key{"bgp.neighbors.NAME.families[]", Type::choice, 0, 0, "", "ipv4-unicast|ipv6-unicast|l2vpn-evpn", "", live,
        "Address families of the session; without it that of the neighbour's address."},
    Key{"bgp.neighbors.NAME.maximum-prefixes", Type::count, 1, 16'000'000, "prefixes", "", "", live,
        "The session is closed for 5 minutes when the neighbour sends more in one family."},
    Key{"bgp.announce.services.to[]", Type::name, 1, 63, "characters", "", "", live,
        "Neighbours that hear of the services' addresses."},
    Key{"bgp.announce.services.communities[]", Type::community, 0, 0, "", "", "", live,
        "Communities of the announcement (RFC 1997, RFC 8092)."},
    Key{"bgp.announce.services.med", Type::count, 0, largest_as, "", "", "", live,
        "Multi-exit discriminator of the announcement; lower is preferred."},
    Key{"bgp.announce.eips.to[]", Type::name, 1, 63, "characters", "", "", live, "Neighbours that hear of the EIPs."},
    Key{"bgp.announce.eips.communities[]", Type::community, 0, 0, "", "", "", live,
        "Communities of the announcement (RFC 1997, RFC 8092)."},
    Key{"bgp.announce.eips.med", Type::count, 0, largest_as, "", "", "", live,
        "Multi-exit discriminator of the announcement; lower is preferred."},
    Key{"bgp.announce.nat-pools.to[]", Type::name, 1, 63, "characters", "", "", live,
        "Neighbours that hear of the pools' addresses."},
    Key{"bgp.announce.nat-pools.communities[]", Type::community, 0, 0, "", "", "", live,
        "Communities of the announcement (RFC 1997, RFC 8092)."},
    Key{"bgp.announce.nat-pools.med", Type::count, 0, largest_as, "", "", "", live,
        "Multi-exit discriminator of the announcement; lower is preferred."},
    Key{"bgp.graceful-restart", Type::boolean, 0, 0, "", "", "false", live,
        "Neighbours keep our routes while our FRR restarts (RFC 4724), and we keep theirs; see control/bgp/README.md "
        "for what it costs when the dataplane dies."},
    Key{"bgp.keep-when-lost", Type::duration, 0, 366 * day, "", "forever", "2m", live,
        "How long routes of a dead routing daemon are used."},
    Key{"bgp.pid-files[]", Type::text, 1, 4'095, "characters", "", "", live,
        "Files with the process numbers of the routing daemons whose death counts; with `managed` those of zebra and "
        "bgpd without it."},

    Key{"routes[].prefix", Type::prefix, 0, 0, "", "", "required", live, "Destination of a static route."},
    Key{"routes[].via", Type::address, 0, 0, "", "", "required", live,
        "Next hop; in a subnet of the interface or network."},
    Key{"routes[].network", Type::name, 1, 63, "characters", "", "public", live, "Network the route is in."},
    Key{"routes[].interface", Type::interface_name, 1, 15, "characters", "", "", live,
        "Interface of the next hop; without it the one whose subnet holds `via`."},
    Key{"neighbors[].interface", Type::interface_name, 1, 15, "characters", "", "required", live,
        "Interface of a static neighbour."},
    Key{"neighbors[].address", Type::address, 0, 0, "", "", "required", live, "Address of the neighbour."},
    Key{"neighbors[].mac", Type::mac, 0, 0, "", "", "required", live, "MAC address of the neighbour."},
};

constexpr std::array registry_rows{
    Key{"version", Type::count, 1, 1, "", "", "required", live, "Version of this format; the first key of the file."},
    Key{"services.NAME[].address", Type::address, 0, 0, "", "", "required", live, "Address of a backend."},
    Key{"services.NAME[].port", Type::count, 1, 65'535, "", "", "", live,
        "Port of the backend; without it the port of the service."},
    Key{"services.NAME[].weight", Type::count, 0, 65'535, "", "", "100", live,
        "Share of new flows; 0 keeps its flows and gets no new ones."},
};
// clang-format on

constexpr std::array<std::string_view, 21> type_names{
    "text",        "name",       "interface name", "word",         "true or false",  "count",     "number",
    "size",        "duration",   "address",        "IPv4 address", "address/length", "prefix",    "IPv4 prefix",
    "MAC address", "port range", "port/protocol",  "host:port",    "cores",          "community", "address:port"};

std::string bounded_text(const Key& key, std::uint64_t value)
{
    if (key.type == Type::bytes) return bytes_text(value);
    if (key.type == Type::duration) return duration_text(std::chrono::milliseconds(value));
    return std::to_string(value);
}

} // namespace

std::span<const Key> gateway_keys()
{
    return gateway_rows;
}
std::span<const Key> registry_keys()
{
    return registry_rows;
}

std::string_view type_name(Type type)
{
    return type_names[static_cast<std::size_t>(type)];
}

std::string range_text(const Key& key)
{
    std::string text(key.words);
    for (std::size_t bar = text.find('|'); bar != std::string::npos; bar = text.find('|'))
        text.replace(bar, 1, ", ");
    if (key.most == 0) return text;
    if (!text.empty()) text += " or ";
    if (key.least == key.most) return text + bounded_text(key, key.most);
    return text + bounded_text(key, key.least) + ".." + bounded_text(key, key.most);
}

std::string readme_row(const Key& key)
{
    const std::string range = range_text(key);
    const auto or_dash = [](std::string_view text) { return text.empty() ? std::string("–") : std::string(text); };
    const std::string unit = key.unit.empty() ? "" : ", " + std::string(key.unit);
    return "| `" + std::string(key.path) + "` | " + std::string(type_name(key.type)) + unit + " | " + or_dash(range) +
           " | " +
           (key.fallback.empty() ? "–"
            : key.required()     ? "required"
                                 : "`" + std::string(key.fallback) + "`") +
           " | " + (key.applies == Applies::live ? "live" : "restart") + " | " + std::string(key.doc) + " |";
}

} // namespace sluice::config
