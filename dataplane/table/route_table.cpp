#include "dataplane/table/route_table.hpp"

#include <algorithm>
#include <map>
#include <type_traits>
#include <utility>

namespace sluice::table {
namespace {

// Sorted, each once.
void sort_out(std::vector<FibPrefix>& prefixes)
{
    if (!std::is_sorted(prefixes.begin(), prefixes.end())) std::sort(prefixes.begin(), prefixes.end());
    prefixes.erase(std::unique(prefixes.begin(), prefixes.end()), prefixes.end());
}

} // namespace

// All that a PrefixMap points to. Immutable once it has been handed out.
struct RouteTable::Tables {
    template<class Key_, std::size_t words>
    struct Family {
        using Key = Key_;
        using Map = ExactMap<Key, std::uint32_t>;

        std::vector<PrefixMap::Network<Key, words>> networks;
        std::vector<FibRootBlock> roots;              // of the large networks
        std::vector<std::shared_ptr<const Map>> maps; // of the small ones

        void grow(std::size_t size)
        {
            if (networks.size() >= size) return;
            networks.resize(size);
            roots.resize(size);
            maps.resize(size);
        }
    };

    Family<PrefixMap::Key4, 1> v4;
    Family<PrefixMap::Key6, 3> v6;
    std::shared_ptr<FibGeneration> generation;

    template<class Key>
    static Key key_of(const FibPrefix& prefix)
    {
        if constexpr (std::is_same_v<Key, PrefixMap::Key4>)
            return {static_cast<std::uint32_t>(prefix.high >> 32), prefix.length};
        else
            return {prefix.high, prefix.low, prefix.length};
    }
};

RouteTable::RouteTable()
    : arena_(std::make_shared<FibArena>())
    , blocks_(arena_)
    , writer_(blocks_)
    , committed_(std::make_shared<Tables>())
{
    committed_->generation = std::make_shared<FibGeneration>(arena_);
}

FibRib& RouteTable::rib_of(std::uint16_t network, bool is_v4)
{
    if (ribs_.size() <= network) ribs_.resize(std::size_t{network} + 1);
    return is_v4 ? ribs_[network].v4 : ribs_[network].v6;
}

std::optional<std::uint32_t> RouteTable::put(std::uint16_t network, const Prefix& prefix, std::uint32_t value)
{
    const bool is_v4 = prefix.address.is_v4();
    const FibPrefix bits = FibPrefix::of(prefix);
    const auto before = rib_of(network, is_v4).put(bits, value);
    if (before != value) changes_.push_back({network, is_v4, bits, before});
    return before;
}

std::optional<std::uint32_t> RouteTable::remove(std::uint16_t network, const Prefix& prefix)
{
    const bool is_v4 = prefix.address.is_v4();
    const FibPrefix bits = FibPrefix::of(prefix);
    const auto before = rib_of(network, is_v4).erase(bits);
    if (before) changes_.push_back({network, is_v4, bits, before});
    return before;
}

PrefixMap RouteTable::build()
{
    pending_ = std::make_shared<Tables>(*committed_);
    pending_->generation = std::make_shared<FibGeneration>(arena_);
    std::map<std::pair<std::uint16_t, bool>, Prefixes> changed;
    Prefixes* list = nullptr;
    const Change* last = nullptr;
    for (const Change& change : changes_) {
        if (last == nullptr || last->network != change.network || last->is_v4 != change.is_v4)
            list = &changed[{change.network, change.is_v4}];
        list->push_back(change.prefix);
        last = &change;
    }
    pending_->v4.grow(ribs_.size());
    pending_->v6.grow(ribs_.size());
    for (auto& [where, prefixes] : changed) {
        const auto [network, is_v4] = where;
        sort_out(prefixes);
        const FibRib& rib = rib_of(network, is_v4);
        if (is_v4)
            renew(pending_->v4, network, rib, prefixes);
        else
            renew(pending_->v6, network, rib, prefixes);
    }
    return map_of(pending_);
}

template<class Family>
void RouteTable::renew(Family& family, std::uint16_t network, const FibRib& rib, const Prefixes& changed)
{
    FibRootBlock& root = family.roots[network];
    auto& map = family.maps[network];
    const bool has_trie = root.has_value();
    auto& entry = family.networks[network];
    entry = {};
    if (network == public_network || rib.size() >= (has_trie ? trie_from / 2 : trie_from)) {
        map.reset();
        root = has_trie ? writer_.update(root, rib, changed) : writer_.make(rib);
        if (root) entry.root = reinterpret_cast<const FibRoot*>(arena_->at(*root));
        return;
    }
    writer_.clear(std::exchange(root, {}));
    typename Family::Map::Builder rows;
    std::uint64_t first = ~std::uint64_t{0};
    std::uint64_t last = 0;
    rib.for_each([&](const FibPrefix& prefix, FibSlot value) {
        rows.add(Tables::key_of<typename Family::Key>(prefix), value);
        entry.add_length(prefix.length);
        if (prefix.length == 0) {
            entry.otherwise = value;
        } else {
            first = std::min(first, prefix.high);
            last = std::max(last, prefix.high | ~PrefixMap::mask64(std::min(prefix.length, 64U)));
        }
    });
    if (first <= last) entry.first = first, entry.span = last - first;
    map = std::make_shared<const typename Family::Map>(rows.build());
    entry.map = map->view();
}

PrefixMap RouteTable::map_of(const std::shared_ptr<const Tables>& tables) const
{
    PrefixMap map;
    map.networks4_ = tables->v4.networks.data();
    map.networks6_ = tables->v6.networks.data();
    map.networks_ = tables->v4.networks.size();
    map.nodes_ = arena_->base();
    for (const Ribs& ribs : ribs_)
        map.size_ += ribs.v4.size() + ribs.v6.size();
    map.owner_ = tables;
    return map;
}

void RouteTable::commit()
{
    changes_.clear();
    if (!pending_) return;
    committed_->generation->end(blocks_.keep(), pending_->generation);
    committed_ = std::move(pending_);
}

void RouteTable::discard()
{
    for (auto change = changes_.rbegin(); change != changes_.rend(); ++change) {
        FibRib& rib = rib_of(change->network, change->is_v4);
        if (change->before)
            rib.put(change->prefix, *change->before);
        else
            rib.erase(change->prefix);
    }
    changes_.clear();
    if (!pending_) return;
    // Whoever holds the discarded map reads what the committed one has, too.
    pending_->generation->end(blocks_.drop(), committed_->generation);
    pending_.reset();
}

} // namespace sluice::table
