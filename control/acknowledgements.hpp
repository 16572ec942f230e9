// How long it takes from a change at a feed to the dataplane's acknowledgement, for each feed. Memory: 4 KiB a feed.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sluice::control {

class Acknowledgements {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Microseconds = std::chrono::duration<std::uint32_t, std::micro>;

    static constexpr std::array<double, 14> bounds{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1,
                                                   0.2,   0.5,   1,     2,    5,    10,   30}; // seconds
    struct Figures {
        std::array<std::uint64_t, bounds.size()> up_to{}; // how many took no longer than the bound of the same index
        std::uint64_t count = 0;
        double sum_s = 0;
        Microseconds last{};
        Microseconds p99{}; // of the newest `window`
    };
    static constexpr std::size_t window = 1'024;

    // The feed has noticed a change. Of several that one transaction carries the earliest counts.
    void noticed(const std::string& feed, TimePoint when);
    // The dataplane holds what followed from all changes noticed so far.
    void acknowledged(TimePoint now);
    // What was noticed led to no transaction, or became part of a resynchronisation: nobody waited for it.
    void forget() { waiting_.clear(); }

    [[nodiscard]] const Figures* find(const std::string& feed) const; // nullptr: none was acknowledged yet
    [[nodiscard]] std::map<std::string, Figures> all() const;

private:
    struct Feed {
        Figures figures;
        std::vector<Microseconds> newest; // a ring
        std::size_t next = 0;
    };
    static void record(Feed& feed, std::chrono::steady_clock::duration took);

    std::map<std::string, TimePoint> waiting_;
    std::map<std::string, Feed> feeds_;
};

} // namespace sluice::control
