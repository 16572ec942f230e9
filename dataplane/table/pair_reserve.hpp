// Pairs that one worker has taken out of a session table before it needs them, so that the list that all share is
// touched once for many sessions, and their memory is on its way. Written and read by that worker; 128 places, half a
// KB; the table fills it as far as there are free pairs (SessionTable::stock).
//
// A free pair may carry others (session_table.cpp, "free pairs"): one that was not *looked into* yet stands for those
// as well, so pairs are looked into in the order in which they came, and given out in that order too.
#pragma once

#include <array>
#include <cstdint>

namespace sluice::table {

class PairReserve {
public:
    static constexpr unsigned places = 128;
    static constexpr unsigned most_wanted = places / 2; // a family of 64 has room behind one less than that

    [[nodiscard]] unsigned size() const { return end_ - begin_; }
    [[nodiscard]] bool has_unseen() const { return seen_ != end_; }
    [[nodiscard]] bool has_seen() const { return begin_ != seen_; }

    // Behind the others; not looked into yet.
    void add(std::uint32_t pair) { pairs_[end_++ % places] = pair; }
    // Precondition: has_unseen(). The caller looks into it now.
    [[nodiscard]] std::uint32_t see_next() { return pairs_[seen_++ % places]; }
    // Precondition: has_seen().
    [[nodiscard]] std::uint32_t take() { return pairs_[begin_++ % places]; }
    // Of one that was just taken.
    void put_back(std::uint32_t pair) { pairs_[--begin_ % places] = pair; }

    std::uint32_t begun = 0; // sessions that the table's count does not hold yet

private:
    // Places used so far: taken below `begin_`, looked into below `seen_`. They wrap, as `places` divides 2^32.
    unsigned begin_ = 0;
    unsigned seen_ = 0;
    unsigned end_ = 0;
    std::array<std::uint32_t, places> pairs_;
};

} // namespace sluice::table
