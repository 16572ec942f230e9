// Frames on their way out, gathered over a burst so that the worker is called once for all of them. Written and read by
// one worker; 64 places; when they are full the worker takes what is there. In the order in which they are added the
// frames leave.
#pragma once

#include <array>

#include <rte_mbuf.h>

#include "dataplane/burst/outlets.hpp"

namespace sluice {

class Departures {
public:
    static constexpr unsigned places = 64;

    class Plain;

    explicit Departures(Outlets& outlets)
        : outlets_(outlets)
    {
    }
    Departures(const Departures&) = delete;
    Departures& operator=(const Departures&) = delete;

    // Takes the frame, whole with its Ethernet header.
    void add(std::uint16_t port, std::uint16_t interface, rte_mbuf* frame) noexcept
    {
        frames_[count_++] = frame;
        add_run({port, interface, 1, frame->nb_segs > 1, frame->pkt_len});
    }

    // At the end of a burst.
    void flush() noexcept
    {
        if (count_ == 0) return;
        outlets_.transmit(frames_.data(), {runs_.data(), run_count_});
        count_ = run_count_ = 0;
    }

private:
    // Its frames stand behind those before already.
    void add_run(const DepartureRun& run) noexcept
    {
        if (run_count_ == 0 || !runs_[run_count_ - 1].takes(run)) runs_[run_count_++] = {run.port, run.interface};
        DepartureRun& last = runs_[run_count_ - 1];
        last.frames = static_cast<std::uint16_t>(last.frames + run.frames);
        last.chained |= run.chained;
        last.bytes += run.bytes;
        if (count_ == places) flush();
    }

    Outlets& outlets_;
    unsigned count_ = 0;
    unsigned run_count_ = 0;
    std::array<rte_mbuf*, places> frames_;
    std::array<DepartureRun, places> runs_; // of one frame at least
};

// Adds frames of one segment, and adds up at hand what they have in common. Nobody else adds to the same departures
// between an add() and the end().
class Departures::Plain {
public:
    explicit Plain(Departures& to) noexcept
        : to_(to)
    {
    }
    Plain(const Plain&) = delete;
    Plain& operator=(const Plain&) = delete;
    ~Plain() { end(); }

    [[gnu::always_inline]] void add(std::uint16_t port, std::uint16_t interface, rte_mbuf* frame,
                                    std::uint32_t length) noexcept
    {
        const std::uint32_t way = port | std::uint32_t{interface} << 16;
        if (way != way_ || next_ == to_.frames_.data() + places) [[unlikely]] {
            end();
            way_ = way;
            begin_ = next_ = to_.frames_.data() + to_.count_;
        }
        *next_++ = frame;
        bytes_ += length;
    }

    void end() noexcept
    {
        const auto frames = static_cast<std::uint16_t>(next_ - begin_);
        if (frames != 0) {
            to_.count_ += frames;
            to_.add_run(
                {static_cast<std::uint16_t>(way_), static_cast<std::uint16_t>(way_ >> 16), frames, false, bytes_});
        }
        way_ = no_way;
        begin_ = next_;
        bytes_ = 0;
    }

private:
    Departures& to_;
    static constexpr std::uint32_t no_way = ~std::uint32_t{0}; // nobody's port and interface

    std::uint32_t way_ = no_way;
    rte_mbuf** begin_ = nullptr; // the run's first frame
    rte_mbuf** next_ = nullptr;  // where the next one goes
    std::uint64_t bytes_ = 0;
};

} // namespace sluice
