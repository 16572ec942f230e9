// Headers one after another, each only when its bytes are there; a packet that was dropped may end anywhere.
#include "tools/sluicectl/frame_text.hpp"

#include <cstring>
#include <optional>

#include "dataplane/wire/ethernet.hpp"
#include "dataplane/wire/ipv4.hpp"
#include "dataplane/wire/ipv6.hpp"
#include "dataplane/wire/udp.hpp"
#include "tools/sluicectl/wording.hpp"

namespace sluice::ctl {
namespace {

// Takes headers off the front.
class Cursor {
public:
    explicit Cursor(std::string_view bytes)
        : left_(bytes)
    {
    }

    template<class Header>
    std::optional<Header> take(std::size_t length = sizeof(Header)) // longer than the header: options behind it
    {
        if (left_.size() < length || length < sizeof(Header)) return std::nullopt;
        Header header;
        std::memcpy(&header, left_.data(), sizeof header);
        left_.remove_prefix(length);
        return header;
    }
    [[nodiscard]] std::uint8_t front() const { return left_.empty() ? 0 : static_cast<std::uint8_t>(left_.front()); }

private:
    std::string_view left_;
};

template<class Bytes>
std::string address_of(const Bytes& bytes)
{
    return address({reinterpret_cast<const char*>(&bytes), sizeof bytes});
}

// Ports stand first in TCP and UDP alike. Where they are missing the protocol's name says what little is known.
std::string upper_text(Cursor& cursor, std::uint8_t protocol_field)
{
    std::string text = " " + protocol(protocol_field);
    if (protocol_field != wire::IpProtocol::tcp && protocol_field != wire::IpProtocol::udp) return text;
    struct Ports {
        wire::Be16 source, destination;
    };
    const auto ports = cursor.take<Ports>();
    if (!ports) return text;
    return text + " " + std::to_string(ports->source.host()) + " → " + std::to_string(ports->destination.host());
}

std::string ipv4_text(Cursor& cursor)
{
    const std::size_t length = std::size_t{4} * (cursor.front() & wire::Ipv4::header_words_mask);
    const auto ip = cursor.take<wire::Ipv4>(length);
    if (!ip) return "ipv4, cut short";
    const std::string ends = address_of(ip->source) + " → " + address_of(ip->destination);
    if (ip->fragment_offset() != 0) return ends + " " + protocol(ip->protocol) + ", later fragment";
    return ends + upper_text(cursor, ip->protocol);
}

std::string ipv6_text(Cursor& cursor)
{
    const auto ip = cursor.take<wire::Ipv6>();
    if (!ip) return "ipv6, cut short";
    return address_of(ip->source) + " → " + address_of(ip->destination) + upper_text(cursor, ip->next_header);
}

} // namespace

std::string frame_text(std::string_view frame)
{
    Cursor cursor(frame);
    const auto ethernet = cursor.take<wire::Ethernet>();
    if (!ethernet) return "cut short";
    std::string text;
    wire::Be16 type = ethernet->type;
    while (type == wire::EtherType::vlan || type == wire::EtherType::service_vlan) {
        const auto tag = cursor.take<wire::Vlan>();
        if (!tag) return text + "vlan, cut short";
        text += "vlan " + std::to_string(tag->id()) + ", ";
        type = tag->type;
    }
    if (type == wire::EtherType::ipv4) return text + ipv4_text(cursor);
    if (type == wire::EtherType::ipv6) return text + ipv6_text(cursor);
    return text + (type == wire::EtherType::arp ? "arp" : "ethertype " + hexadecimal(type.host()));
}

} // namespace sluice::ctl
