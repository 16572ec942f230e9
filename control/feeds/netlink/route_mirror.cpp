#include "control/feeds/netlink/route_mirror.hpp"

#include <algorithm>

#include "control/feeds/netlink/route_source.hpp"

namespace sluice::control::netlink {

void RouteMirror::add(const RouteKey& key, const Via& via, bool appended)
{
    const std::uint32_t* first = routes_.find(key);
    if (first == nullptr) return put(key, vias_.hold(via));
    const std::uint32_t first_metric = vias_[*first].metric;
    const auto beside = aside_.find({key, via.metric});
    const bool is_known = first_metric == via.metric || beside != aside_.end();
    if (appended && is_known && !key.is_v6) {
        hiding_.insert({key, via.metric});
        return;
    }
    hiding_.erase({key, via.metric});
    if (first_metric == via.metric) return put(key, vias_.hold(via));
    if (via.metric < first_metric) {
        vias_.hold(*first);
        aside_.emplace(Aside{key, first_metric}, *first);
        return put(key, vias_.hold(via));
    }
    const std::uint32_t number = vias_.hold(via);
    if (beside != aside_.end())
        vias_.release(std::exchange(beside->second, number));
    else
        aside_.emplace(Aside{key, via.metric}, number);
    change(key);
}

// Takes over a hold on the number.
void RouteMirror::put(const RouteKey& key, std::uint32_t via)
{
    if (const auto before = routes_.put(key, via)) {
        vias_.release(*before);
        if (*before == via) return;
    }
    change(key);
}

bool RouteMirror::remove(const RouteKey& key, std::uint32_t metric, const std::vector<Hop>& hops)
{
    const std::uint32_t* first = routes_.find(key);
    if (first == nullptr) return false;
    const bool is_first = vias_[*first].metric == metric;
    const auto beside = aside_.find({key, metric});
    if (!is_first && beside == aside_.end()) return false;
    const bool hid_others = hiding_.erase({key, metric}) != 0;

    // IPv6 takes single hops out of a route with several; the message names those.
    Via left = vias_[is_first ? *first : beside->second];
    if (key.is_v6 && hops.size() < left.hops.size())
        std::erase_if(left.hops, [&](const Hop& hop) { return std::ranges::find(hops, hop) != hops.end(); });
    else
        left.hops.clear();
    if (!left.hops.empty()) {
        add(key, left, false);
        return hid_others;
    }
    change(key);
    if (!is_first) {
        vias_.release(beside->second);
        aside_.erase(beside);
        return hid_others;
    }
    const auto next = aside_.lower_bound({key, 0});
    if (next != aside_.end() && next->first.first == key) {
        const std::uint32_t number = next->second;
        aside_.erase(next);
        put(key, number);
    } else if (const auto gone = routes_.erase(key)) {
        vias_.release(*gone);
    }
    return hid_others;
}

void RouteMirror::drop(RouteMap<std::uint32_t>& routes, std::map<Aside, std::uint32_t>& aside)
{
    routes.for_each([&](const RouteKey&, std::uint32_t via) { vias_.release(via); });
    routes.clear();
    for (const auto& [key, via] : aside)
        vias_.release(via);
    aside.clear();
}

void RouteMirror::begin_dump()
{
    if (!is_dumping_) {
        std::swap(former_, routes_);
        std::swap(former_aside_, aside_);
    }
    is_dumping_ = true;
    clear();
}

void RouteMirror::clear()
{
    drop(routes_, aside_);
    hiding_.clear();
}

void RouteMirror::end_dump()
{
    if (!is_dumping_) return;
    is_dumping_ = false;
    former_.for_each([&](const RouteKey& key, std::uint32_t) {
        if (routes_.find(key) == nullptr) change(key);
    });
    routes_.for_each([&](const RouteKey& key, std::uint32_t via) {
        const std::uint32_t* before = former_.find(key);
        if (before == nullptr || *before != via) change(key);
    });
    for (const auto& [left, right] : {std::pair(&former_aside_, &aside_), std::pair(&aside_, &former_aside_)})
        for (const auto& [key, via] : *left)
            if (const auto other = right->find(key); other == right->end() || other->second != via) change(key.first);
    drop(former_, former_aside_);
}

void RouteMirror::tell_all_again()
{
    vias_.tell_all_again();
    all_changed_ = true;
}

// The first metric that leads anywhere.
std::uint32_t RouteMirror::choose(const RouteKey& key, std::uint32_t first) const
{
    if (is_usable_[first]) return first;
    for (auto each = aside_.lower_bound({key, 0}); each != aside_.end() && each->first.first == key; ++each)
        if (is_usable_[each->second]) return each->second;
    return no_via;
}

// With all told already, only those that have gone.
void RouteMirror::take_changed(std::vector<KernelRoute>& out) const
{
    constexpr std::size_t ahead = 16; // routes whose slots are on their way while one is looked at
    std::vector<RouteKey> changed;
    changed.reserve(changed_.size());
    changed_.for_each([&](const RouteKey& key, bool) { changed.push_back(key); });
    for (std::size_t i = 0; i < changed.size(); ++i) {
        if (i + ahead < changed.size()) routes_.prefetch(changed[i + ahead]);
        const std::uint32_t* via = routes_.find(changed[i]);
        if (via == nullptr || !all_changed_)
            out.push_back({changed[i], via == nullptr ? no_via : choose(changed[i], *via)});
    }
}

void RouteMirror::take(KernelUpdate& out, const Usable& usable)
{
    if (!has_changes()) return;
    for (const std::uint32_t number : vias_.take_new()) {
        KernelVia via = usable(vias_[number]);
        if (is_usable_.size() <= number) is_usable_.resize(number + std::size_t{1});
        is_usable_[number] = !via.hops.empty();
        if (is_usable_[number]) out.vias.emplace_back(number, std::move(via));
    }
    out.routes.reserve(out.routes.size() + (all_changed_ ? routes_.size() : 0) + changed_.size());
    if (all_changed_)
        routes_.for_each([&](const RouteKey& key, std::uint32_t via) {
            out.routes.push_back({key, choose(key, via)});
        });
    take_changed(out.routes);
    changed_.clear();
    all_changed_ = false;
}

} // namespace sluice::control::netlink
