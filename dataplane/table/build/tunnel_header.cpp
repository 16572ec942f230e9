// Written front to back.
#include "dataplane/table/build/tunnel_header.hpp"

#include <cstring>

#include "dataplane/wire/checksum.hpp"
#include "dataplane/wire/ethernet.hpp"
#include "dataplane/wire/gtpu.hpp"
#include "dataplane/wire/ip_protocol.hpp"
#include "dataplane/wire/udp.hpp"
#include "dataplane/wire/vxlan.hpp"

namespace sluice::table {
namespace {

class Writer {
public:
    template<class Header>
    void add(const Header& header)
    {
        std::memcpy(written_.bytes.data() + written_.length, &header, sizeof header);
        written_.length = static_cast<std::uint8_t>(written_.length + sizeof header);
    }
    [[nodiscard]] const TunnelHeader& written() const { return written_; }

private:
    TunnelHeader written_;
};

// Don't Fragment: what is too big is answered with the inner packet's own path MTU, never cut up outside.
wire::Ipv4 outer(Ipv4Address source, Ipv4Address destination)
{
    wire::Ipv4 ip{};
    ip.version_length = wire::Ipv4::version_and_plain_length;
    ip.flags_offset = wire::Be16{wire::Ipv4::dont_fragment_flag};
    ip.ttl = wire::own_hop_limit;
    ip.protocol = wire::IpProtocol::udp;
    ip.source = wire::Be32{source.value};
    ip.destination = wire::Be32{destination.value};
    ip.checksum = wire::ipv4_checksum(ip);
    return ip;
}

wire::Ipv6 outer(const Ipv6Address& source, const Ipv6Address& destination)
{
    wire::Ipv6 ip{};
    ip.version_class_flow = wire::ipv6_first_word(0, 0);
    ip.next_header = wire::IpProtocol::udp;
    ip.hop_limit = wire::own_hop_limit;
    ip.source = source.bytes;
    ip.destination = destination.bytes;
    return ip;
}

void add_outer(Writer& writer, const IpAddress& source, const IpAddress& destination)
{
    if (destination.is_v4())
        writer.add(outer(source.v4(), destination.v4()));
    else
        writer.add(outer(source.v6(), destination.v6()));
}

} // namespace

TunnelHeader make_header(Tunnel::Kind kind, std::uint32_t id, const IpAddress& remote, const Settings& settings,
                         const MacAddress& mac)
{
    Writer writer;
    if (kind == Tunnel::Kind::vxlan) {
        add_outer(writer, settings.vtep, remote);
        writer.add(wire::Udp{{}, wire::Be16{settings.vxlan_port}, {}, wire::Udp::no_checksum});
        writer.add(wire::vxlan_header(id));
        writer.add(wire::Ethernet{mac.bytes, settings.gateway_mac.bytes, {}});
    } else {
        add_outer(writer, settings.gtpu_endpoint, remote);
        writer.add(wire::Udp{wire::Gtpu::port, wire::Gtpu::port, {}, wire::Udp::no_checksum});
        writer.add(wire::Gtpu{wire::Gtpu::plain, wire::GtpuMessage::g_pdu, {}, wire::Be32{id}});
    }
    return writer.written();
}

} // namespace sluice::table
