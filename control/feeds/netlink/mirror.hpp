// The kernel's state as far as it concerns interfaces of ours, kept up by rtnetlink messages, whether from a dump or
// from an event. What it hides: other interfaces, other tables than main, routes the kernel made itself (they follow
// from our addresses) and those of protocol 199 (our own announcements), neighbours that have no usable MAC.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <libmnl/libmnl.h>

#include "control/feeds/netlink/kernel_state.hpp"

namespace sluice::control::netlink {

inline constexpr std::uint8_t own_protocol = 199; // rtnetlink protocol number of routes and addresses that are ours

struct AddressEntry {
    Prefix prefix;     // host bits kept
    bool ours = false; // marked with our protocol number
    auto operator<=>(const AddressEntry&) const = default;
};

struct LinkState {
    std::uint32_t index = 0;
    std::uint32_t mtu = 0;
};

class Mirror {
public:
    explicit Mirror(std::set<std::string> interfaces);

    void handle(const nlmsghdr& message);

    // Other interfaces are ours from now on; what is held must be dumped again.
    void set_interfaces(std::set<std::string> interfaces);

    // Some of the kernel's changes are told to nobody (a link that goes down takes its IPv4 routes along silently).
    // true once after such an event: what is held must be dumped again.
    [[nodiscard]] bool take_stale();
    void clear();        // before a full dump
    void clear_routes(); // before a dump of routes
    void clear_neighbors();

    [[nodiscard]] KernelState snapshot() const;
    [[nodiscard]] std::map<std::string, LinkState> links() const; // ours that are up
    [[nodiscard]] std::set<AddressEntry> addresses(std::uint32_t link) const;
    [[nodiscard]] bool is_usable(const NeighborPlace& place) const; // has a MAC
    [[nodiscard]] bool is_stale(const NeighborPlace& place) const;  // NUD_STALE: has one that nobody confirmed lately

private:
    struct Link {
        std::string name;
        bool up = false;
        std::uint32_t mtu = 0;
    };
    struct Neighbor {
        MacAddress mac;
        std::uint16_t state = 0;
    };
    struct Hop {
        std::uint32_t link = 0;
        std::optional<IpAddress> gateway;
        std::uint32_t weight = 1;
        bool operator==(const Hop&) const = default;
    };
    struct Route {
        std::vector<Hop> hops;
        std::uint8_t protocol = 0;
        bool hides_others = false; // a second one with this prefix and metric exists
    };
    using RouteKey = std::pair<Prefix, std::uint32_t>; // prefix, metric; the lowest metric counts
    using NeighborKey = std::pair<std::uint32_t, IpAddress>;

    void handle_link(const nlmsghdr& message);
    void handle_address(const nlmsghdr& message);
    void handle_neighbor(const nlmsghdr& message);
    void handle_route(const nlmsghdr& message);
    void add_route(const RouteKey& key, Route route, bool appended);
    void remove_route(const RouteKey& key, const std::vector<Hop>& hops);
    void forget_link(std::uint32_t index);
    [[nodiscard]] const Neighbor* find(const NeighborPlace& place) const;
    [[nodiscard]] std::vector<KernelHop> named(const std::vector<Hop>& hops) const;

    std::set<std::string> interfaces_;
    std::map<std::uint32_t, Link> links_;
    std::map<std::uint32_t, std::set<AddressEntry>> addresses_;
    std::map<NeighborKey, Neighbor> neighbors_;
    std::map<RouteKey, Route> routes_;
    bool stale_ = false;
};

} // namespace sluice::control::netlink
