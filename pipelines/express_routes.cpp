// Routes of large tables, looked up in steps: each step is a pass of its own, and what it reads the one before has
// asked for (table::Fib).
#include "pipelines/express.hpp"

namespace sluice {

// visit(item) of each packet whose route will be looked up.
template<class Family, class Visit>
[[gnu::always_inline]] inline void Express::each_routed(Visit&& visit) noexcept
{
    const ExpressLists& lists = lane_.of<Family>();
    for (const ExpressList* list : {&lists.routed, &lists.plain})
        for (unsigned i = 0; i < list->count; ++i)
            visit(lane_.items[list->at[i]]);
}

// The routes to destinations, and back to machines.
template<class Family>
void Express::fetch_routes() noexcept
{
    each_routed<Family>(
        [this](const Item& item) { Family::prefetch_route(tables_, item.network, key_of<Family>(item).destination); });
    const ExpressList& machines = lane_.of<Family>().machines;
    for (unsigned i = 0; i < machines.count; ++i) {
        const Item& item = lane_.items[machines.at[i]];
        Family::prefetch_route(tables_, item.network, key_of<Family>(item).source);
    }
}

template<class Family>
void Express::begin_routes() noexcept
{
    each_routed<Family>([this](Item& item) {
        item.way = Family::begin_route(tables_, item.network, key_of<Family>(item).destination);
    });
    const ExpressList& machines = lane_.of<Family>().machines;
    for (unsigned i = 0; i < machines.count; ++i) {
        const Item& item = lane_.items[machines.at[i]];
        static_cast<void>(Family::begin_route(tables_, item.network, key_of<Family>(item).source));
    }
}

// An IPv6 address has a step more.
template<class Family>
void Express::end_routes() noexcept
{
    if constexpr (Family::family == V6::family)
        each_routed<V6>([this](Item& item) {
            item.way = V6::go_on_with_route(tables_, item.network, item.way, item.key.v6.destination);
        });
    each_routed<Family>([this](Item& item) {
        item.way = Family::end_route(tables_, item.network, item.way, key_of<Family>(item).destination);
    });
}

template void Express::fetch_routes<V4>() noexcept; // for express.cpp
template void Express::fetch_routes<V6>() noexcept;
template void Express::begin_routes<V4>() noexcept;
template void Express::begin_routes<V6>() noexcept;
template void Express::end_routes<V4>() noexcept;
template void Express::end_routes<V6>() noexcept;

} // namespace sluice
