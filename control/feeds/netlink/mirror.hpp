// The kernel's state as far as it concerns interfaces of ours, kept up by rtnetlink messages, whether from a dump or
// from an event, and told as what has changed. What it hides: other interfaces, other tables than main, routes the
// kernel made itself (they follow from our addresses) and those of protocol 199 (our own announcements), neighbours
// that have no usable MAC.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <libmnl/libmnl.h>

#include "control/feeds/netlink/kernel_state.hpp"
#include "control/feeds/netlink/route_mirror.hpp"

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

// Links of the kernel that are ours, by their names there, with the names of our interfaces. They differ where a NIC
// stays with the kernel.
class OurLinks {
public:
    OurLinks() = default;
    OurLinks(std::initializer_list<std::string> interfaces) // links of the same names
    {
        for (const std::string& name : interfaces)
            add(name, name);
    }
    void add(const std::string& link, const std::string& interface) { interfaces_[link] = interface; }
    [[nodiscard]] const std::string* interface_of(const std::string& link) const
    {
        const auto found = interfaces_.find(link);
        return found == interfaces_.end() ? nullptr : &found->second;
    }
    bool operator==(const OurLinks&) const = default;

private:
    std::map<std::string, std::string> interfaces_; // by link
};

class Mirror {
public:
    explicit Mirror(OurLinks ours);

    void handle(const nlmsghdr& message);

    // Other links are ours from now on; what is held must be dumped again.
    void set_links(OurLinks ours);

    // Some of the kernel's changes are told to nobody (a link that goes down takes its IPv4 routes along silently).
    // true once after such an event: what is held must be dumped again.
    [[nodiscard]] bool take_stale();
    // A full dump: from `begin_dump` until `end_dump`, which is not called when it has failed, nothing is told.
    void begin_dump();
    void clear_routes(); // the dump of routes begins again
    void clear_neighbors();
    void end_dump();

    [[nodiscard]] bool has_changes() const;
    // What is different from what was taken before.
    [[nodiscard]] KernelUpdate take();
    [[nodiscard]] std::size_t size() const { return neighbors_.size() + routes_.size(); }
    // Messages about what could be ours that say what no kernel would.
    [[nodiscard]] std::uint64_t refused() const { return refused_; }
    [[nodiscard]] const std::string& first_refused() const { return first_refused_; }

    [[nodiscard]] std::map<std::string, LinkState> links() const; // ours that are up
    [[nodiscard]] std::set<AddressEntry> addresses(std::uint32_t link) const;
    [[nodiscard]] bool is_usable(const NeighborPlace& place) const; // has a MAC
    [[nodiscard]] bool is_stale(const NeighborPlace& place) const;  // NUD_STALE: has one that nobody confirmed lately

private:
    struct Link {
        std::string name; // of our interface
        bool up = false;
        std::uint32_t mtu = 0;

        // All that routes and neighbours need of it.
        [[nodiscard]] bool means(const Link& other) const { return name == other.name && up == other.up; }
    };
    using Links = std::map<std::uint32_t, Link>;
    struct Neighbor {
        MacAddress mac;
        std::uint16_t state = 0;
    };
    using NeighborKey = std::pair<std::uint32_t, IpAddress>;

    void handle_link(const nlmsghdr& message);
    void handle_address(const nlmsghdr& message);
    void handle_neighbor(const nlmsghdr& message);
    void handle_route(const nlmsghdr& message);
    void forget_link(std::uint32_t index);
    void refuse(std::string what);
    [[nodiscard]] bool have_links_changed() const;
    [[nodiscard]] const Neighbor* find(const NeighborPlace& place) const;
    [[nodiscard]] KernelVia named(const Via& via) const;
    [[nodiscard]] std::vector<KernelNeighbor> named_neighbors() const;

    OurLinks ours_;
    Links links_;
    Links told_links_; // what routes and neighbours were told by
    std::map<std::uint32_t, std::set<AddressEntry>> addresses_;
    std::map<NeighborKey, Neighbor> neighbors_;
    bool neighbors_changed_ = false;
    std::vector<KernelNeighbor> told_neighbors_;
    RouteMirror routes_;
    bool stale_ = false;
    bool is_dumping_ = false;
    std::uint64_t refused_ = 0;
    std::string first_refused_;
};

} // namespace sluice::control::netlink
