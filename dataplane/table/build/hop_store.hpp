// Hops and their exits, which share an index for as long as anybody holds it: a route's or an underlay's target, or a
// known neighbour. Who marks a hop wants its exit written anew. Used by the table server's thread only.
#pragma once

#include <utility>
#include <vector>

#include "dataplane/table/build/row_store.hpp"
#include "dataplane/table/snapshot.hpp"

namespace sluice::table {

class HopStore {
public:
    // Held by nobody yet.
    [[nodiscard]] std::uint32_t take(const Hop& hop)
    {
        const std::uint32_t index = hops_.take();
        static_cast<void>(exits_.take()); // the same one: both are taken and given in one order
        hops_.change(index) = hop;
        if (holders_.size() <= index) {
            holders_.resize(index + 1);
            is_marked_.resize(index + 1);
        }
        mark(index);
        return index;
    }
    void give(std::uint32_t index)
    {
        hops_.give(index);
        exits_.give(index);
    }
    void hold(std::uint32_t index) { ++holders_[index]; }
    [[nodiscard]] bool release(std::uint32_t index) { return --holders_[index] == 0; } // true: nobody holds it now

    void mark(std::uint32_t index)
    {
        if (is_marked_[index]) return;
        is_marked_[index] = true;
        marked_.push_back(index);
    }
    // Each once; some may be unused by now.
    [[nodiscard]] std::vector<std::uint32_t> take_marked()
    {
        for (const std::uint32_t index : marked_)
            is_marked_[index] = false;
        return std::exchange(marked_, {});
    }

    [[nodiscard]] const Hop& operator[](std::uint32_t index) const { return hops_[index]; }
    [[nodiscard]] Hop& change(std::uint32_t index) { return hops_.change(index); }
    void set_exit(std::uint32_t index, const Exit& exit) { exits_.change(index) = exit; }

    void publish(Snapshot& out)
    {
        out.hops = hops_.publish();
        out.exits = exits_.publish();
    }
    [[nodiscard]] std::size_t bytes_used() const { return hops_.bytes_used() + exits_.bytes_used(); }

private:
    RowStore<Hop> hops_;
    RowStore<Exit> exits_;
    std::vector<std::uint32_t> holders_;
    std::vector<bool> is_marked_;
    std::vector<std::uint32_t> marked_;
};

} // namespace sluice::table
