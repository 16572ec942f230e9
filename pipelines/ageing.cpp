#include "pipelines/ageing.hpp"

#include "pipelines/lifetime.hpp"

namespace sluice {
namespace {

constexpr std::uint32_t slices = 10; // of a whole scan

void give_port_back(const table::Snapshot& tables, const table::Cold& cold, std::uint8_t protocol)
{
    for (const table::Pool& pool : tables.pools)
        if (pool.serial == cold.pool) pool.blocks->give_back(cold.lease, protocol);
}

template<class Family>
bool is_over(table::SessionTable<typename Family::Key>& table, std::uint32_t pair, std::uint32_t now,
             std::uint64_t ticks_per_s, const table::Settings& settings)
{
    const auto& forward = table.entry(2 * pair);
    const auto& reverse = table.entry(2 * pair + 1);
    const Lifetime life = lifetime(forward.key.protocol, forward.tcp_flags_seen.load(std::memory_order_relaxed),
                                   reverse.tcp_flags_seen.load(std::memory_order_relaxed), settings);
    // A worker may have seen a packet since `now` was read: its tick is then ahead, by little.
    const auto idle_of = [now](const auto& entry) {
        const std::uint32_t idle = now - entry.last_seen.load(std::memory_order_relaxed);
        return idle > ~std::uint32_t{0} / 2 ? 0 : idle;
    };
    return std::min(idle_of(forward), idle_of(reverse)) > life.timeout_s * ticks_per_s;
}

} // namespace

template<class Family>
std::vector<Ageing::Leaving>& Ageing::part(Batch& batch)
{
    if constexpr (Family::family == V4::family)
        return batch.v4;
    else
        return batch.v6;
}

void Ageing::run(std::uint64_t now, const table::Snapshot& tables)
{
    if (generation_ != tables.generation) learn_owners(tables);
    if (!waiting_.empty() && grace_periods_.passed(token_)) {
        release<V4>(tables);
        release<V6>(tables);
    }
    scan<V4>(now, tables, next_v4_);
    scan<V6>(now, tables, next_v6_);
    if (waiting_.empty() && !gathering_.empty()) {
        token_ = grace_periods_.start();
        std::swap(waiting_, gathering_);
    }
}

template<class Family>
void Ageing::scan(std::uint64_t now, const table::Snapshot& tables, std::uint32_t& next)
{
    auto& table = sessions_.of<Family>();
    auto& leaving = part<Family>(gathering_);
    const std::uint32_t count = table.high_water() / slices + 1;
    const std::uint32_t tick = table.tick(now);
    const std::uint64_t ticks_per_s = table.tick(tsc_hz_);
    table.scan(next, count, [&](std::uint32_t pair) {
        const bool over = is_over<Family>(table, pair, tick, ticks_per_s, tables.settings);
        if ((over || !has_owner(table.cold(2 * pair))) && table.unlink(pair)) leaving.push_back({pair, true});
    });
    next = next + count >= table.high_water() ? 0 : next + count;
    table.take_undone([&](std::uint32_t pair) { leaving.push_back({pair, false}); });
}

template<class Family>
void Ageing::release(const table::Snapshot& tables)
{
    auto& table = sessions_.of<Family>();
    for (const Leaving& leaving : part<Family>(waiting_)) {
        const auto& forward = table.entry(2 * leaving.pair);
        const auto& reverse = table.entry(2 * leaving.pair + 1);
        const table::Cold cold = table.cold(2 * leaving.pair);
        if (leaving.owns && cold.pool != table::no_owner) give_port_back(tables, cold, forward.key.protocol);
        if (leaving.owns && cold.backend != table::no_owner) {
            BackendTotals& totals = ended_[cold.backend];
            ++totals.flows;
            totals.packets +=
                forward.packets.load(std::memory_order_relaxed) + reverse.packets.load(std::memory_order_relaxed);
            totals.bytes +=
                forward.bytes.load(std::memory_order_relaxed) + reverse.bytes.load(std::memory_order_relaxed);
        }
        table.release(leaving.pair);
    }
    part<Family>(waiting_).clear();
}

void Ageing::learn_owners(const table::Snapshot& tables)
{
    generation_ = tables.generation;
    service_of_backend_.clear();
    pools_.clear();
    for (const table::Service& service : tables.services)
        for (const table::Backend& backend : service.backends)
            service_of_backend_.emplace(backend.id, service.id);
    for (const table::Pool& pool : tables.pools)
        pools_.insert(pool.serial);
}

bool Ageing::has_owner(const table::Cold& cold) const
{
    if (cold.pool != table::no_owner && !pools_.contains(cold.pool)) return false;
    if (cold.backend == table::no_owner) return true;
    const auto service = service_of_backend_.find(cold.backend);
    return service != service_of_backend_.end() && service->second == cold.service;
}

} // namespace sluice
