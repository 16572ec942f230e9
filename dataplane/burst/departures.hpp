// Frames on their way out, gathered over a burst so that the worker is called once for all of them. Written and read by
// one worker; 64 places; when they are full the worker takes what is there.
#pragma once

#include <array>

#include "dataplane/burst/outlets.hpp"

namespace sluice {

class Departures {
public:
    static constexpr unsigned places = 64;

    explicit Departures(Outlets& outlets)
        : outlets_(outlets)
    {
    }
    Departures(const Departures&) = delete;
    Departures& operator=(const Departures&) = delete;

    // Takes the frame, whole with its Ethernet header. In the order of the calls the frames leave.
    void add(std::uint16_t port, std::uint16_t interface, rte_mbuf* frame) noexcept
    {
        gathered_[count_] = {frame, port, interface};
        if (++count_ == places) flush();
    }

    // At the end of a burst.
    void flush() noexcept
    {
        if (count_ == 0) return;
        outlets_.transmit(gathered_.data(), count_);
        count_ = 0;
    }

private:
    Outlets& outlets_;
    unsigned count_ = 0;
    std::array<Departure, places> gathered_;
};

} // namespace sluice
