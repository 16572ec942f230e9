// The kernel's side of the node, in the thread and namespace that run it: holds the mirror up to date, gives our links
// their addresses, and keeps asking for the neighbours that forwarding needs.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "control/feeds/netlink/announced_routes.hpp"
#include "control/feeds/netlink/events.hpp"
#include "control/feeds/netlink/mirror.hpp"
#include "control/feeds/netlink/socket.hpp"

namespace sluice::control::netlink {

struct WantedLink {
    std::set<Prefix> addresses; // host bits kept
    std::uint32_t mtu = 0;      // 0: as it is
    std::string of_kernel;      // a NIC that stays with the kernel, by its name there: nothing about it is changed
    bool operator==(const WantedLink&) const = default;
};

struct Wanted {
    std::map<std::string, WantedLink> links; // every interface of ours
    std::set<NeighborPlace> next_hops;
    std::optional<WantedRoutes> announced; // nullopt: those that are there
    bool operator==(const Wanted&) const = default;
};

[[nodiscard]] OurLinks ours_of(const Wanted& wanted);

// Whether the namespace is the node's own: then the kernel in it is kept from forwarding.
enum class Namespace { shared, own };

class Worker {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    // Subscribes, then dumps: an event that is in both is harmless, one that is in neither cannot be.
    [[nodiscard]] static Result<Worker> open(OurLinks ours, Namespace kind);

    [[nodiscard]] int descriptor() const { return events_->descriptor(); }
    [[nodiscard]] Mirror& mirror() { return mirror_; }
    [[nodiscard]] AnnouncedRoutes& announced() { return announced_; }

    void want(Wanted wanted);
    // The dataplane holds packets for it. Remembered while it resolves, so that it does not go stale unnoticed.
    void ask(const NeighborPlace& place);

    // Handles what waits and what is due. An error: the mirror is old; call again later.
    [[nodiscard]] Result<void> step(TimePoint now);

private:
    Worker(std::unique_ptr<Events> events, Socket requests, OurLinks ours, Namespace kind);
    [[nodiscard]] Result<void> dump_all();
    void handle(const nlmsghdr& message);
    void set_up(const std::string& name, const LinkState& link);
    void set_addresses(const std::string& name, std::uint32_t link, const std::set<Prefix>& wanted);
    void tell_addresses_again(TimePoint now);
    void confine(const std::string& name, std::uint32_t link);
    void report(const std::string& what, const Result<void>& done);
    void probe_unresolved(TimePoint now);
    void confirm_stale(TimePoint now);
    void probe_if_up(const NeighborPlace& place);

    std::unique_ptr<Events> events_;
    Socket requests_;
    Mirror mirror_;
    AnnouncedRoutes announced_;
    Namespace kind_;
    Wanted wanted_;
    std::set<NeighborPlace> asked_;
    struct Retelling {
        TimePoint due;
        std::uint32_t link;
        Prefix address;
    };
    std::vector<Retelling> retellings_;
    std::set<std::uint32_t> confined_;           // links that were kept from forwarding
    std::map<std::string, std::string> refused_; // what was tried → the kernel's word, so that it is logged once
    bool dump_due_ = true;
    TimePoint next_probe_{};
    TimePoint next_confirmation_{};
};

} // namespace sluice::control::netlink
