#include "control/desired/learned_routes.hpp"

#include <algorithm>
#include <utility>

namespace sluice::control {
namespace {

constexpr std::size_t ahead = 16;        // routes whose slots are on their way while one is looked at
constexpr std::size_t most_gone = 1'024; // routes that are remembered as left out, though they have gone

} // namespace

void LearnedRoutes::set_interfaces(const Interfaces& interfaces)
{
    std::map<std::string, std::uint32_t> ids;
    for (std::uint32_t id = 0; id < interfaces.entries().size(); ++id)
        ids.emplace(interfaces.entries()[id].name, id);
    if (ids == interfaces_) return;
    interfaces_ = std::move(ids);
    resolve_all();
}

bool LearnedRoutes::use_daemons(bool use)
{
    if (use_daemons_ == use) return false;
    use_daemons_ = use;
    resolve_all();
    return true;
}

void LearnedRoutes::resolve_all()
{
    for (KnownVia& known : vias_)
        resolve(known);
    look_at_all();
}

void LearnedRoutes::apply(const KernelUpdate& update)
{
    if (left_out_.size() > 2 * left_out() + most_gone) bring_back(left_out_.size());
    for (const auto& [number, via] : update.vias)
        define(number, via);
    for (std::size_t i = 0; i < update.routes.size(); ++i) {
        if (i + ahead < update.routes.size()) routes_.prefetch(update.routes[i + ahead].key);
        set_via(update.routes[i].key, update.routes[i].via);
    }
}

void LearnedRoutes::define(std::uint32_t number, const KernelVia& via)
{
    if (vias_.size() <= number) vias_.resize(number + std::size_t{1});
    vias_[number].via = via;
    resolve(vias_[number]);
}

// Routes that have this via already are looked at by the caller, or told again by the mirror.
void LearnedRoutes::resolve(KnownVia& known)
{
    const auto group = group_of(known.via);
    const std::uint32_t now = group ? groups_.hold(*group) : no_group;
    if (known.group != no_group) groups_.release(known.group);
    if (known.group != now) next_hops_changed_ = true;
    known.group = now;
}

std::optional<api::RouteGroup> LearnedRoutes::group_of(const KernelVia& via) const
{
    if (!use_daemons_ && via.source != "kernel") return std::nullopt;
    api::RouteGroup group;
    group.set_source(via.source);
    for (const KernelHop& from : via.hops) {
        const auto interface = interfaces_.find(from.interface);
        if (interface == interfaces_.end()) continue;
        api::NextHop& hop = *group.add_hops();
        hop.set_interface(interface->second);
        if (from.gateway) hop.set_gateway(from.gateway->packed());
        hop.set_weight(from.weight);
    }
    if (group.hops().empty()) return std::nullopt;
    return group;
}

void LearnedRoutes::set_via(const RouteKey& key, std::uint32_t via)
{
    Route* route = routes_.find(key);
    if (route == nullptr) {
        if (via == no_via) return;
        routes_.put(key, {});
        route = routes_.find(key);
    }
    const std::uint32_t before = std::exchange(route->via, via);
    if (via != no_via) count(via, 1);
    if (before != no_via) count(before, -1);
    look(key, *route);
    if (via == no_via) forget_if_nothing(key);
}

void LearnedRoutes::count(std::uint32_t via, int change)
{
    std::uint32_t& routes = vias_[via].routes;
    next_hops_changed_ |= routes == (change > 0 ? 0U : 1U);
    routes += static_cast<std::uint32_t>(change);
    wanted_ += static_cast<std::size_t>(change);
}

std::uint32_t LearnedRoutes::group_of(const Route& route) const
{
    return route.via == no_via ? no_group : vias_[route.via].group;
}

void LearnedRoutes::look(const RouteKey& key, Route& route)
{
    const std::uint32_t group = group_of(route);
    if (route.is_due != 0 || group == route.programmed) return;
    route.is_due = 1;
    (group == no_group ? due_removals_ : due_).push_back(key);
}

void LearnedRoutes::look_at_all()
{
    routes_.for_each([this](const RouteKey& key, const Route& route) {
        if (route.is_due == 0 && group_of(route) != route.programmed)
            (group_of(route) == no_group ? due_removals_ : due_).push_back(key);
    });
    for (const std::vector<RouteKey>* keys : {&due_, &due_removals_})
        for (const RouteKey& key : *keys)
            routes_.find(key)->is_due = 1;
}

void LearnedRoutes::forget_if_nothing(const RouteKey& key)
{
    const Route* route = routes_.find(key);
    if (route->via == no_via && route->programmed == no_group && route->is_due == 0) routes_.erase(key);
}

void LearnedRoutes::begin_reading()
{
    due_.clear();
    due_removals_.clear();
    left_out_.clear();
    sent_.clear();
    RouteMap<Route> kept;
    routes_.for_each([&](const RouteKey& key, const Route& route) {
        if (route.programmed != no_group) groups_.release(route.programmed);
        if (route.via != no_via) kept.put(key, Route{route.via, no_group, 0});
    });
    routes_ = std::move(kept);
    programmed_ = 0;
}

Result<void> LearnedRoutes::read(const api::RouteSet& piece)
{
    if (auto good = api::check(piece, true); !good) return good;
    std::vector<std::uint32_t> numbers;
    for (const api::RouteGroup& group : piece.groups())
        numbers.push_back(groups_.hold(group));
    api::for_each_route(piece, [&](const RouteKey& key, std::uint32_t group) { set_programmed(key, numbers[group]); });
    for (const std::uint32_t number : numbers)
        groups_.release(number);
    return {};
}

void LearnedRoutes::end_reading()
{
    look_at_all();
}

void LearnedRoutes::set_programmed(const RouteKey& key, std::uint32_t group)
{
    Route* route = routes_.find(key);
    if (route == nullptr) {
        routes_.put(key, {});
        route = routes_.find(key);
    }
    if (group != no_group) groups_.hold(group);
    if (route->programmed != no_group) groups_.release(route->programmed);
    programmed_ += group != no_group ? 1 : 0;
    programmed_ -= route->programmed != no_group ? 1 : 0;
    route->programmed = group & no_group;
}

struct LearnedRoutes::Filling {
    api::Transaction& transaction;
    std::size_t limit;
    std::size_t held;                                 // by the dataplane, once it has taken what is sent
    std::map<std::uint32_t, std::uint32_t> indices{}; // of groups in the message
};

std::size_t LearnedRoutes::fill(api::Transaction& transaction, std::size_t limit)
{
    Filling filling{transaction, limit, programmed_};
    fill_from(due_removals_, filling);
    fill_from(due_, filling);
    while (!left_out_.empty() && filling.held < room_ && sent_.size() < limit) {
        bring_back(room_ - filling.held);
        fill_from(due_, filling);
    }
    return sent_.size();
}

void LearnedRoutes::fill_from(std::vector<RouteKey>& due, Filling& filling)
{
    for (; !due.empty() && sent_.size() < filling.limit; due.pop_back()) {
        if (due.size() > ahead) routes_.prefetch(due[due.size() - 1 - ahead]);
        const RouteKey key = due.back();
        Route& route = *routes_.find(key);
        const std::uint32_t group = group_of(route);
        const bool is_new = route.programmed == no_group;
        if (is_new && group != no_group && filling.held >= room_) {
            left_out_.push_back(key);
            continue;
        }
        route.is_due = 0;
        if (group == route.programmed) {
            forget_if_nothing(key);
            continue;
        }
        if (group == no_group) {
            api::append(*filling.transaction.mutable_remove_routes(), key);
            --filling.held;
        } else {
            api::RouteSet& set = *filling.transaction.mutable_upsert_routes();
            const auto [index, is_first] =
                filling.indices.try_emplace(group, static_cast<std::uint32_t>(set.groups_size()));
            if (is_first) *set.add_groups() = groups_[group];
            api::append(set, key, index->second);
            filling.held += is_new ? 1 : 0;
        }
        sent_.push_back({key, group});
    }
}

// At most so many of those that were left out are due like others again.
void LearnedRoutes::bring_back(std::size_t most)
{
    const auto first = left_out_.end() - static_cast<std::ptrdiff_t>(std::min(most, left_out_.size()));
    due_.insert(due_.end(), first, left_out_.end());
    left_out_.erase(first, left_out_.end());
}

void LearnedRoutes::committed()
{
    for (std::size_t i = 0; i < sent_.size(); ++i) {
        if (i + ahead < sent_.size()) routes_.prefetch(sent_[i + ahead].key);
        set_programmed(sent_[i].key, sent_[i].group);
        forget_if_nothing(sent_[i].key);
    }
    sent_.clear();
}

void LearnedRoutes::refused()
{
    for (const Sent& sent : std::exchange(sent_, {}))
        look(sent.key, *routes_.find(sent.key));
}

std::set<NeighborPlace> LearnedRoutes::next_hops() const
{
    std::set<NeighborPlace> places;
    for (const KnownVia& known : vias_) {
        if (known.routes == 0 || known.group == no_group) continue;
        for (const KernelHop& hop : known.via.hops)
            if (hop.gateway && interfaces_.contains(hop.interface)) places.insert({hop.interface, *hop.gateway});
    }
    return places;
}

bool LearnedRoutes::take_next_hops_changed()
{
    return std::exchange(next_hops_changed_, false);
}

} // namespace sluice::control
