// The devices of a VPC's presence, read and written by rtnetlink in the namespace of the socket that is given.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "control/feeds/netlink/socket.hpp"
#include "dataplane/base/address.hpp"

namespace sluice::control::presence {

struct Vxlan {
    std::uint32_t vni = 0;
    IpAddress local;
    std::uint16_t port = 0;
    bool operator==(const Vxlan&) const = default;
};

struct LinkFacts {
    std::uint32_t index = 0;
    std::uint32_t group = 0; // ip-link(8)
    std::uint32_t master = 0;
    std::uint32_t mtu = 0;
    bool up = false;
    bool arp = true;
    MacAddress mac;
    std::string kind; // "bridge"
    std::optional<Vxlan> vxlan;
};

// What may differ after a device was made.
struct LinkWish {
    std::uint32_t mtu = 0;
    std::uint32_t master = 0; // 0: none
    bool arp = true;
    std::optional<MacAddress> mac; // none: as it is
    [[nodiscard]] bool is_met_by(const LinkFacts& facts) const;
};

[[nodiscard]] Result<std::map<std::string, LinkFacts>> read_links(netlink::Socket& socket);

// A bridge that learns nothing: it hands everything to its other port.
[[nodiscard]] Result<void> add_bridge(netlink::Socket& socket, const std::string& name, std::uint32_t group);
[[nodiscard]] Result<void> add_vxlan(netlink::Socket& socket, const std::string& name, std::uint32_t group,
                                     const Vxlan& settings);
// The other end, `inner`, is made in the namespace of the descriptor.
[[nodiscard]] Result<void> add_veth(netlink::Socket& socket, const std::string& name, std::uint32_t group,
                                    const std::string& inner, int inner_namespace);
// Up, and without an IPv6 address of its own making.
[[nodiscard]] Result<void> set_link(netlink::Socket& socket, std::uint32_t index, const LinkWish& wish);

[[nodiscard]] Result<void> set_group(netlink::Socket& socket, std::uint32_t index, std::uint32_t group);
// All devices of a group at once: one by one each would wait for the kernel's grace period.
[[nodiscard]] Result<void> remove_group(netlink::Socket& socket, std::uint32_t group);

} // namespace sluice::control::presence
