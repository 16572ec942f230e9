// A packet written as one reads it, outermost first:
//   Packet{}.ethernet().vlan(310).ipv4("10.0.0.1", "10.0.0.2").ttl(64).udp(50000, 4789).vxlan(100)
//           .ethernet().ipv4("10.1.0.1", "10.1.0.2").tcp(1234, 443, "S").mss(1460).payload(100).bytes()
// Lengths, next-protocol fields and checksums are filled in when the bytes are asked for. A modifier (ttl, mss, …)
// speaks of the layer named last before it; one that this layer does not have throws std::logic_error. A packet may
// begin at any layer, for instance with ipv4 for what an ICMP error embeds.
// What must be wrong is said last: `poke` before checksums are computed, `checksum` instead, `corrupt` after all.
#pragma once

#include <optional>

#include "tests/support/bytes.hpp"

namespace sluice::test {

inline constexpr std::string_view near_mac = "02:00:00:00:00:01";
inline constexpr std::string_view far_mac = "02:00:00:00:00:02";

class Packet {
public:
    Packet& ethernet(std::string_view destination = far_mac, std::string_view source = near_mac);
    Packet& vlan(unsigned id, unsigned priority = 0);
    Packet& arp_request(std::string_view sender_mac, std::string_view sender, std::string_view target);
    Packet& arp_reply(std::string_view sender_mac, std::string_view sender, std::string_view target_mac,
                      std::string_view target);

    Packet& ipv4(std::string_view source, std::string_view destination);
    Packet& ipv6(std::string_view source, std::string_view destination);
    Packet& ttl(unsigned value);            // or the hop limit
    Packet& traffic_class(unsigned value);  // DSCP and ECN
    Packet& protocol(unsigned value);       // instead of what follows, for payload that is not parsed
    Packet& identification(unsigned value); // IPv4
    Packet& dont_fragment();                // IPv4
    Packet& ipv4_options(ByteSpan options); // padded to four bytes
    Packet& fragment(unsigned offset, bool more, unsigned identification = 1); // offset in bytes; either family

    Packet& udp(unsigned source, unsigned destination);
    Packet& tcp(unsigned source, unsigned destination, std::string_view flags = "A"); // letters of FSRPAUEC
    Packet& mss(unsigned value);
    Packet& tcp_option(ByteSpan option); // whole, with kind and length; the list is padded to four bytes
    Packet& sequence(unsigned value);    // TCP or GTP-U (sets S)
    Packet& acknowledge(unsigned value); // TCP

    Packet& icmp_echo(unsigned type, unsigned identifier, unsigned number);
    Packet& icmp_error(unsigned type, unsigned code, unsigned mtu, ByteSpan embedded);
    Packet& icmp6_echo(unsigned type, unsigned identifier, unsigned number);
    Packet& icmp6_error(unsigned type, unsigned code, unsigned parameter, ByteSpan embedded);
    Packet& nd_solicit(std::string_view target, std::string_view source_mac = {});
    Packet& nd_advertise(std::string_view target, std::string_view target_mac, std::uint32_t flags = 0x60000000);

    Packet& vxlan(unsigned vni);
    Packet& gtpu(std::uint32_t teid); // a G-PDU
    Packet& gtpu_message(unsigned type, std::uint32_t teid = 0);
    Packet& npdu(unsigned value); // sets PN

    // An extension header: behind IPv6 `content` follows the two bytes of next header and length (6 bytes, 14, …);
    // behind GTP-U it stands between the length and the next type (2 bytes, 6, …).
    Packet& extension(unsigned type, ByteSpan content);

    Packet& payload(std::size_t size); // a pattern in which no two positions within 251 bytes are alike
    Packet& payload(ByteSpan bytes);
    Packet& payload(std::string_view text);

    Packet& poke(std::size_t offset, std::size_t width, std::uint64_t value); // offset within the layer
    Packet& checksum(unsigned value);                                         // of the layer, as it is
    Packet& corrupt(std::size_t offset, std::uint8_t byte);                   // offset within the whole packet
    Packet& pad_to(std::size_t size);                                         // zeros at the end, as Ethernet adds them

    Bytes bytes() const;

private:
    enum class Kind {
        ethernet,
        vlan,
        arp,
        ipv4,
        ipv6,
        ipv6_extension,
        udp,
        tcp,
        icmp,
        icmp6,
        vxlan,
        gtpu,
        gtpu_extension,
        payload
    };
    struct Poke {
        std::size_t offset;
        std::size_t width;
        std::uint64_t value;
    };
    struct Layer {
        Kind kind;
        Bytes header;
        unsigned type = 0; // of an extension: what the header before calls it
        std::vector<Poke> pokes{};
        std::optional<unsigned> checksum{};
    };

    Packet& add(Kind kind, Bytes header, unsigned type = 0);
    Layer& last(std::initializer_list<Kind> allowed);
    Packet& grow_gtpu(std::uint8_t flag, std::size_t offset, std::size_t width, unsigned value);

    static std::optional<unsigned> ether_type(const Layer& inner);
    static std::optional<unsigned> ip_protocol(const Layer& inner);
    static void name_next(Layer& layer, const Layer& inner);
    static void fill_lengths(Layer& layer, std::size_t body);
    void fill_checksum(std::size_t index, Bytes& whole) const;
    Bytes before_checksum(std::size_t index, std::size_t length) const;

    std::vector<Layer> layers_;
    std::vector<Poke> corruptions_;
    std::size_t minimum_ = 0;
};

} // namespace sluice::test
