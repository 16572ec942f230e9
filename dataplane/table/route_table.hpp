// The routes as the table server's thread changes them, and the maps that come of it. A transaction costs what it
// changes: prefixes of a large network one path of its trie each, a small network its hash (below `trie_from` rows).
//
//     routes.put(0, prefix, group);        // any number of these
//     const PrefixMap next = routes.build();
//     routes.commit();                     // or discard(): as if nothing had been said since the last commit
//
// A map stays whole as long as anybody has a copy of it; what only older maps need is free when they are gone. Maps
// must be let go of one at a time, by the thread that changes the table or when that has ended. Throws bad_alloc when
// there is no memory; discard() mends it then.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "dataplane/base/address.hpp"
#include "dataplane/table/fib_blocks.hpp"
#include "dataplane/table/fib_rib.hpp"
#include "dataplane/table/fib_writer.hpp"
#include "dataplane/table/prefix_map.hpp"

namespace sluice::table {

class RouteTable {
public:
    static constexpr std::uint16_t public_network = 0; // has a trie always
    // Routes of one family from which on a network has a trie; below half of it it gives it back.
    static constexpr std::size_t trie_from = 4096;

    RouteTable();

    // Both give what was there before. Host bits are ignored. A prefix put again has its value replaced; `value` is
    // below first_node. What is not there may be removed.
    std::optional<std::uint32_t> put(std::uint16_t network, const Prefix& prefix, std::uint32_t value);
    std::optional<std::uint32_t> remove(std::uint16_t network, const Prefix& prefix);

    // The map after all that was said since the last commit. Once between two commits.
    [[nodiscard]] PrefixMap build();
    void commit();
    void discard();

    [[nodiscard]] std::uint64_t bytes_used() const noexcept { return arena_->bytes_used(); }

private:
    struct Tables;
    struct Change {
        std::uint16_t network;
        bool is_v4;
        FibPrefix prefix;
        std::optional<FibSlot> before;
    };
    struct Ribs {
        FibRib v4;
        FibRib v6;
    };
    using Prefixes = std::vector<FibPrefix>;

    [[nodiscard]] FibRib& rib_of(std::uint16_t network, bool is_v4);
    template<class Family>
    void renew(Family& family, std::uint16_t network, const FibRib& rib, const Prefixes& changed);
    [[nodiscard]] PrefixMap map_of(const std::shared_ptr<const Tables>& tables) const;

    std::shared_ptr<FibArena> arena_;
    FibBlocks blocks_;
    FibWriter writer_;
    std::vector<Ribs> ribs_; // by network
    std::vector<Change> changes_;
    std::shared_ptr<Tables> committed_;
    std::shared_ptr<Tables> pending_; // between build() and commit() or discard()
};

} // namespace sluice::table
