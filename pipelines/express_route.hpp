// Routes on the lane: of packets that go by them alone, of those that seem to have no session, back to senders, and to
// backends.
#pragma once

#include "dataplane/base/prefetch.hpp"
#include "dataplane/burst/family.hpp"
#include "pipelines/backends.hpp"
#include "pipelines/express_item.hpp"
#include "pipelines/ip/way.hpp"

namespace sluice::express {

[[gnu::always_inline]] inline void take_exit(ExpressItem& item, const table::Snapshot& tables,
                                             std::uint32_t hop) noexcept
{
    constexpr std::size_t line_bytes = 64;
    item.exit = &tables.exits[hop];
    const auto* line = reinterpret_cast<const std::byte*>(item.exit);
    prefetch_to_read(line);
    prefetch_to_read(line + line_bytes);
}

// Packets come in trains: most have the route of the one before.
template<class Family>
class TrainRoute {
public:
    explicit TrainRoute(const table::Snapshot& tables) noexcept
        : tables_(tables)
    {
    }

    [[nodiscard, gnu::always_inline]] table::Target find(std::uint16_t network,
                                                         const typename Family::Address& address) noexcept
    {
        if (network != network_ || address != address_) {
            network_ = network;
            address_ = address;
            way_ = Family::find_route(tables_, network, address);
        }
        return way_;
    }

private:
    const table::Snapshot& tables_;
    std::uint64_t network_ = ~std::uint64_t{0}; // nobody's
    typename Family::Address address_{};
    table::Target way_ = table::none;
};

// The way of a plain packet; its exit, too, where all flows have the same. `far`: there are so many routes that its own
// was looked up in steps (express_routes.cpp), and that the exits are not looked at. False: it has none.
template<class Family>
[[nodiscard, gnu::always_inline]] inline bool route(TrainRoute<Family>& routes, ExpressLists& lists,
                                                    const table::Snapshot& tables, ExpressItem& item, unsigned place,
                                                    bool far) noexcept
{
    const table::Target way = far ? item.way : routes.find(item.network, key_of<Family>(item).destination);
    if (way == table::none) [[unlikely]]
        return false;
    if (!table::is_one_hop(way)) [[unlikely]] {
        item.way = way;
        prefetch_to_read(&tables.groups[way]);
        lists.grouped.add(place);
        return true;
    }
    take_exit(item, tables, tables.pick(way, 0));
    if (far || item.exit->outer != 0) [[unlikely]]
        lists.outbound.add(place);
    return true;
}

// By the route to the backend, which the worker remembers where all flows take one hop. table::none: none is known.
template<class Family>
[[nodiscard]] inline std::uint32_t hop_to_backend(const table::Snapshot& tables, KnownBackend& known,
                                                  std::uint16_t network, const typename Family::Address& address,
                                                  std::uint64_t hash) noexcept
{
    if (const std::uint32_t hop = known.hop(tables.generation); hop != table::none) return hop;
    bool unreachable = false;
    const std::uint32_t hop = ip::find_hop<Family>(tables, network, address, hash, unreachable);
    if (hop != table::none && table::is_one_hop(Family::find_route(tables, network, address)))
        known.remember(tables.generation, hop);
    return hop;
}

} // namespace sluice::express
