// Packets that wait for a neighbour. Written and read by one worker; 256 next hops of at most four packets each; a
// fifth pushes the oldest out, a 257th next hop is refused. Nobody waits longer than a second.
//
// A held packet is whole and untranslated: it was stopped before anything was rewritten, so that it can be resolved
// anew with whatever tables hold when it goes on.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "dataplane/base/address.hpp"
#include "dataplane/burst/packet.hpp"

namespace sluice::ip {

class Hold {
public:
    static constexpr unsigned targets = 256;
    static constexpr unsigned packets_per_target = 4;

    struct Target {
        std::uint16_t interface = 0;
        IpAddress address;
    };

    explicit Hold(std::uint64_t tsc_hz)
        : patience_(tsc_hz)
        , ask_interval_(tsc_hz / 4)
    {
    }

    struct Held {
        bool taken = false;           // false: every place is in use, the packet stays the caller's
        bool ask = false;             // nobody has asked for this neighbour yet
        std::optional<Packet> pushed; // the oldest, which had to make room: the caller's again
    };
    [[nodiscard]] Held add(const Packet& packet, const Target& target, std::uint64_t now) noexcept;

    // visit(packet) for every packet, which leaves the table; visit may add packets again.
    template<class Visit>
    void take_all(Visit&& visit) noexcept;
    // visit(packet) for each that waited too long, ask(target) for each that is still waited for.
    template<class Visit, class Ask>
    void expire(std::uint64_t now, Visit&& visit, Ask&& ask) noexcept;

    [[nodiscard]] bool empty() const noexcept { return used_ == 0; }

private:
    static constexpr unsigned probes = 8;

    struct Waiting {
        Target target;
        std::uint64_t since = 0;
        std::uint64_t asked = 0;
        unsigned count = 0; // 0: the place is free
        std::array<Packet, packets_per_target> packets;
    };

    [[nodiscard]] Waiting* place_for(const Target& target) noexcept;
    template<class Visit>
    void release(Waiting& waiting, Visit&& visit) noexcept
    {
        const unsigned count = waiting.count;
        const auto packets = waiting.packets;
        waiting.count = 0;
        --used_;
        for (unsigned i = 0; i < count; ++i)
            visit(packets[i]);
    }

    std::uint64_t patience_;     // TSC ticks
    std::uint64_t ask_interval_; // TSC ticks
    unsigned used_ = 0;
    std::array<Waiting, targets> waiting_;
};

template<class Visit>
void Hold::take_all(Visit&& visit) noexcept
{
    for (Waiting& waiting : waiting_)
        if (waiting.count != 0) release(waiting, visit);
}

template<class Visit, class Ask>
void Hold::expire(std::uint64_t now, Visit&& visit, Ask&& ask) noexcept
{
    for (Waiting& waiting : waiting_) {
        if (waiting.count == 0) continue;
        if (now - waiting.since > patience_) {
            release(waiting, visit);
        } else if (now - waiting.asked > ask_interval_) {
            waiting.asked = now;
            ask(waiting.target);
        }
    }
}

} // namespace sluice::ip
