// Written front to back into one segment: Ethernet, the tunnel's outer headers, IP, transport.
#include "pipelines/made_up_packet.hpp"

#include <algorithm>

#include "dataplane/burst/family.hpp"
#include "dataplane/table/build/tunnel_header.hpp"
#include "dataplane/wire/checksum.hpp"
#include "dataplane/wire/ethernet.hpp"
#include "dataplane/wire/tcp.hpp"
#include "dataplane/wire/udp.hpp"
#include "pipelines/gtpu/gtpu.hpp"
#include "pipelines/ip/way.hpp"
#include "pipelines/vxlan/vxlan.hpp"

namespace sluice {
namespace {

constexpr MacAddress stranger{{0x02, 0, 0, 0, 0, 0x01}}; // a locally administered address: no answer goes to it
constexpr std::uint16_t window = 64'240;
constexpr std::uint32_t highest_port = 0xFFFF;
constexpr std::uint32_t highest_ttl = 0xFF;

struct Question {
    const api::Explain& asked;
    const table::Snapshot& tables;
    std::uint16_t network;
    IpAddress source;
    IpAddress destination;
};

Result<Question> read(const api::Explain& asked, const table::Snapshot& tables)
{
    const auto source = IpAddress::unpack(asked.source());
    const auto destination = IpAddress::unpack(asked.destination());
    if (!source || !destination || source->is_v4() != destination->is_v4())
        return fail("", "source and destination must be addresses of one family");
    const std::uint8_t ping = source->is_v4() ? V4::icmp : V6::icmp;
    if (asked.protocol() != wire::IpProtocol::tcp && asked.protocol() != wire::IpProtocol::udp &&
        asked.protocol() != ping)
        return fail("", "protocol " + std::to_string(asked.protocol()) + " is not TCP, UDP or the family's ICMP");
    if (asked.source_port() > highest_port || asked.destination_port() > highest_port || asked.ttl() > highest_ttl)
        return fail("", "a port is above 65535, or a TTL above 255");
    for (std::size_t id = 0; id < tables.networks.size(); ++id)
        if (tables.networks[id].used && tables.networks[id].name == asked.network())
            return Question{asked, tables, static_cast<std::uint16_t>(id), *source, *destination};
    return fail("", "there is no network '" + asked.network() + "'; `sluicectl networks` lists them");
}

// ---- The way in.
// A direct service's address is held by its backends, who are reached by their own.
const IpAddress& home(const Question& question)
{
    for (const table::Service& service : question.tables.services)
        if (service.direct && service.network == question.network && service.address == question.source &&
            !service.backends.empty())
            return service.backends.front().address;
    return question.source;
}

std::uint32_t way_back(const Question& question)
{
    bool unreachable = false;
    const IpAddress& at = home(question);
    return at.is_v4() ? ip::find_hop<V4>(question.tables, question.network, V4::raw(at), 0, unreachable)
                      : ip::find_hop<V6>(question.tables, question.network, V6::raw(at), 0, unreachable);
}

// A tunnel seen from its other end: from `peer` to us.
struct Inward {
    table::Tunnel::Kind kind;
    IpAddress peer;
    table::TunnelHeader header;
};

IpAddress remote_of(const table::Snapshot& tables, std::uint32_t hop)
{
    return tables.far_ends[tables.tunnels[tables.hops[hop].index].far_end].remote;
}

Result<Inward> through_vxlan(const Question& question)
{
    const table::Settings& settings = question.tables.settings;
    const table::Network& network = question.tables.networks[question.network];
    const std::uint32_t back = way_back(question);
    const bool known = back != table::none && question.tables.hops[back].kind == table::Hop::Kind::vxlan;
    if (!settings.has_vtep || !known)
        return fail("", "no tunnel leads back to " + question.source.text() + " in network " + network.name +
                            ", so nobody could have sent this; `sluicectl routes` lists who is there");
    const IpAddress peer = remote_of(question.tables, back);
    table::Settings theirs = settings;
    theirs.vtep = peer;
    theirs.gateway_mac = stranger;
    constexpr auto kind = table::Tunnel::Kind::vxlan;
    return Inward{kind, peer, table::make_header(kind, network.vni, settings.vtep, theirs, settings.gateway_mac)};
}

bool is_phone(const table::GtpuTerminus& terminus, const Question& question)
{
    const std::string packed = question.source.packed();
    return terminus.network == question.network && (terminus.family == V4::family) == question.source.is_v4() &&
           std::equal(packed.begin(), packed.end(), terminus.ue.begin(),
                      [](char left, std::uint8_t right) { return static_cast<std::uint8_t>(left) == right; });
}

Result<Inward> through_gtpu(const Question& question)
{
    const table::Settings& settings = question.tables.settings;
    std::uint32_t teid = 0;
    bool found = false;
    question.tables.teids.for_each([&](std::uint32_t each, const table::GtpuTerminus& terminus) {
        if (!is_phone(terminus, question)) return;
        teid = each;
        found = true;
    });
    const std::uint32_t back = way_back(question);
    if (!found || back == table::none || question.tables.hops[back].kind != table::Hop::Kind::gtpu)
        return fail("", "no GTP-U tunnel of network " + question.asked.network() + " belongs to " +
                            question.source.text() + "; `sluicectl tunnels` lists whose there are");
    const IpAddress peer = remote_of(question.tables, back);
    table::Settings theirs = settings;
    theirs.gtpu_endpoint = peer;
    constexpr auto kind = table::Tunnel::Kind::gtpu;
    return Inward{kind, peer, table::make_header(kind, teid, settings.gtpu_endpoint, theirs, {})};
}

const table::Interface* named_interface(const Question& question)
{
    for (const table::Interface& interface : question.tables.interfaces)
        if (interface.name == question.asked.interface()) return &interface;
    return nullptr;
}

// The link that the source would be answered on; the first of the network otherwise.
const table::Interface* interface_in(const Question& question)
{
    const auto& interfaces = question.tables.interfaces;
    const std::uint32_t back = way_back(question);
    if (back != table::none) {
        const table::Hop& hop = question.tables.hops[back];
        if (!hop.is_tunnel() && interfaces[hop.interface].network == question.network)
            return &interfaces[hop.interface];
    }
    const auto found = std::ranges::find(interfaces, question.network, &table::Interface::network);
    return found == interfaces.end() ? nullptr : &*found;
}

const table::Interface* interface_for(const Question& question, table::Tunnel::Kind kind)
{
    const auto found = std::ranges::find_if(question.tables.interfaces, [kind](const table::Interface& interface) {
        return kind == table::Tunnel::Kind::vxlan ? interface.terminates_vxlan : interface.terminates_gtpu;
    });
    return found == question.tables.interfaces.end() ? nullptr : &*found;
}

// ---- The bytes.
template<class Header>
Header* append(rte_mbuf& frame, const Header& header)
{
    char* at = rte_pktmbuf_append(&frame, sizeof header);
    return at == nullptr ? nullptr : new (at) Header(header);
}

std::uint16_t transport_length(const api::Explain& asked)
{
    return asked.protocol() == wire::IpProtocol::tcp ? sizeof(wire::Tcp) : sizeof(wire::Udp);
}

void append_transport(rte_mbuf& frame, const api::Explain& asked, std::uint16_t length)
{
    const wire::Be16 source{static_cast<std::uint16_t>(asked.source_port())};
    const wire::Be16 destination{static_cast<std::uint16_t>(asked.destination_port())};
    const auto words = static_cast<std::uint8_t>((sizeof(wire::Tcp) / 4) << wire::Tcp::data_offset_shift);
    const auto flags = asked.established() ? wire::Tcp::ack : wire::Tcp::syn;
    switch (asked.protocol()) {
    case wire::IpProtocol::tcp:
        append(frame, wire::Tcp{source, destination, {}, {}, words, flags, wire::Be16{window}, {}, {}});
        break;
    case wire::IpProtocol::icmp:
        append(frame, wire::IcmpEcho{wire::IcmpType::echo_request, 0, {}, source, wire::Be16{1}});
        break;
    case wire::IpProtocol::icmp6:
        append(frame, wire::IcmpEcho{wire::Icmp6Type::echo_request, 0, {}, source, wire::Be16{1}});
        break;
    default:
        append(frame, wire::Udp{source, destination, wire::Be16{length}, wire::Be16{0xFFFF}});
    }
}

void append_ip(rte_mbuf& frame, const Question& question, std::uint16_t transport)
{
    const auto protocol = static_cast<std::uint8_t>(question.asked.protocol());
    const auto ttl = static_cast<std::uint8_t>(question.asked.ttl() == 0 ? wire::own_hop_limit : question.asked.ttl());
    if (question.source.is_v4()) {
        wire::Ipv4 ip{};
        ip.version_length = wire::Ipv4::version_and_plain_length;
        ip.total_length = wire::Be16{static_cast<std::uint16_t>(sizeof ip + transport)};
        ip.flags_offset = wire::Be16{wire::Ipv4::dont_fragment_flag};
        ip.ttl = ttl;
        ip.protocol = protocol;
        ip.source = wire::Be32{question.source.v4().value};
        ip.destination = wire::Be32{question.destination.v4().value};
        ip.checksum = wire::ipv4_checksum(ip);
        append(frame, ip);
    } else {
        append(frame, wire::Ipv6{wire::ipv6_first_word(0, 0), wire::Be16{transport}, protocol, ttl,
                                 question.source.v6().bytes, question.destination.v6().bytes});
    }
}

Result<void> append_packet(rte_mbuf& frame, const Question& question)
{
    const std::size_t header = question.source.is_v4() ? sizeof(wire::Ipv4) : sizeof(wire::Ipv6);
    const std::size_t least = header + transport_length(question.asked);
    const std::size_t length = question.asked.length() == 0 ? least : question.asked.length();
    const std::size_t most = rte_pktmbuf_tailroom(&frame);
    if (length < least || length > most)
        return fail("", "a length of " + std::to_string(length) + " is not from " + std::to_string(least) + " to " +
                            std::to_string(most) + ", what one buffer takes");
    const auto transport = static_cast<std::uint16_t>(length - header);
    append_ip(frame, question, transport);
    append_transport(frame, question.asked, transport);
    const std::size_t rest = length - frame.pkt_len;
    if (rest != 0) std::fill_n(rte_pktmbuf_append(&frame, static_cast<std::uint16_t>(rest)), rest, '\0');
    return {};
}

Result<void> wrap(rte_mbuf& frame, const Question& question, const Inward& inward)
{
    Packet packet;
    packet.mbuf = &frame;
    packet.family = question.source.is_v4() ? V4::family : V6::family;
    const Verdict verdict = inward.kind == table::Tunnel::Kind::vxlan
                                ? vxlan::encapsulate(packet, inward.header.view(), 0)
                                : gtpu::encapsulate(packet, inward.header.view());
    return verdict.goes_on() ? Result<void>{} : fail("", "the buffers have no room for the outer headers");
}

Result<void> put_on(rte_mbuf& frame, const table::Interface& interface, bool is_v4)
{
    const wire::Be16 type = is_v4 ? V4::ether_type : V6::ether_type;
    const bool tagged = interface.vlan != 0;
    const auto length = static_cast<std::uint16_t>(sizeof(wire::Ethernet) + (tagged ? sizeof(wire::Vlan) : 0));
    char* front = rte_pktmbuf_prepend(&frame, length);
    if (front == nullptr) return fail("", "the buffers have no room for the outer headers");
    auto* ethernet = reinterpret_cast<wire::Ethernet*>(front);
    *ethernet = {interface.mac.bytes, stranger.bytes, tagged ? wire::EtherType::vlan : type};
    if (tagged) *reinterpret_cast<wire::Vlan*>(ethernet + 1) = {wire::Be16{interface.vlan}, type};
    return {};
}

// The frame is the caller's, also when this fails.
Result<MadeUpPacket> fill(rte_mbuf& frame, const Question& question)
{
    const bool named = !question.asked.interface().empty();
    const table::Interface* interface = named ? named_interface(question) : nullptr;
    if (named && interface == nullptr)
        return fail("", "there is no interface '" + question.asked.interface() + "'; `sluicectl ports` lists them");
    if (!named && question.network == table::public_network) interface = interface_in(question);
    if (const auto done = append_packet(frame, question); !done) return tl::unexpected(done.error());

    MadeUpPacket made{&frame, interface, question.source};
    bool outer_v4 = question.source.is_v4();
    if (interface == nullptr || interface->network != question.network) {
        const bool vxlan = question.tables.networks[question.network].vni != 0;
        const auto inward = vxlan ? through_vxlan(question) : through_gtpu(question);
        if (!inward) return tl::unexpected(inward.error());
        if (interface == nullptr) made.interface = interface_for(question, inward->kind);
        if (const auto done = wrap(frame, question, *inward); !done) return tl::unexpected(done.error());
        made.peer = inward->peer;
        outer_v4 = inward->peer.is_v4();
    }
    if (made.interface == nullptr) return fail("", "no interface takes packets of network " + question.asked.network());
    if (const auto done = put_on(frame, *made.interface, outer_v4); !done) return tl::unexpected(done.error());
    return made;
}

} // namespace

Result<MadeUpPacket> make_up(const api::Explain& asked, const table::Snapshot& tables, rte_mempool* pool)
{
    const auto question = read(asked, tables);
    if (!question) return tl::unexpected(question.error());
    rte_mbuf* frame = rte_pktmbuf_alloc(pool);
    if (frame == nullptr) return fail("", "no packet buffer is free");
    auto made = fill(*frame, *question);
    if (!made) rte_pktmbuf_free(frame);
    return made;
}

} // namespace sluice
