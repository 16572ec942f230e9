#include "pipelines/ageing.hpp"

#include <array>
#include <span>
#include <utility>

#include <rte_cycles.h>

#include "dataplane/base/prefetch.hpp"
#include "dataplane/wire/ip_protocol.hpp"
#include "pipelines/lifetime.hpp"

namespace sluice {

struct Ageing::Moment {
    std::uint64_t now; // TSC
    std::uint32_t tick;
    std::uint64_t tsc_hz;
    unsigned tick_shift;
    const table::Settings& settings;

    // In ticks, rounded up: a second has no whole number of them.
    [[nodiscard]] std::uint64_t ticks(std::uint32_t seconds) const { return (seconds * tsc_hz >> tick_shift) + 1; }

    template<class Entry>
    [[nodiscard]] std::uint32_t idle(const Entry& entry) const
    {
        const std::uint32_t ticks = tick - entry.last_seen.load(std::memory_order_relaxed);
        return ticks > ~std::uint32_t{0} / 2 ? 0 : ticks; // a worker has seen a packet since: its tick is ahead
    }

    // Whatever the reverse direction has seen.
    template<class Entry>
    [[nodiscard]] bool may_be_over(const Entry& forward) const
    {
        return idle(forward) > ticks(shortest_lifetime(forward.key.protocol, settings));
    }

    template<class Entry>
    [[nodiscard]] bool is_over(const Entry& forward, const Entry& reverse) const
    {
        const Lifetime life = lifetime(forward.key.protocol, forward.tcp_flags_seen.load(std::memory_order_relaxed),
                                       reverse.tcp_flags_seen.load(std::memory_order_relaxed), settings);
        return std::min(idle(forward), idle(reverse)) > ticks(life.timeout_s);
    }

    // The answers of a TCP connection that were never seen may pass elsewhere.
    template<class Entry>
    [[nodiscard]] bool is_given_up(const Entry& forward, const Entry& reverse) const
    {
        constexpr std::uint32_t patience_s = 5;
        if (forward.key.protocol == wire::IpProtocol::tcp &&
            reverse.tcp_flags_seen.load(std::memory_order_relaxed) == 0)
            return false;
        return unanswered(forward, reverse) > ticks(patience_s);
    }
};

namespace {

constexpr std::uint64_t slices_per_s = 50'000;   // 20 µs, the limit
constexpr std::uint64_t budgets_per_s = 125'000; // 8 µs: a slice begins no batch after that

} // namespace

Ageing::Ageing(translate::Sessions& sessions, dataplane::GracePeriods& grace_periods, std::uint64_t tsc_hz)
    : sessions_(sessions)
    , grace_periods_(grace_periods)
    , tsc_hz_(tsc_hz)
    , v4_(tsc_hz)
    , v6_(tsc_hz)
{
    for (Part* part : {&v4_, &v6_}) {
        part->gathering.reserve(most_leaving);
        part->waiting.reserve(most_leaving);
    }
}

template<class Family>
Ageing::Part& Ageing::part()
{
    if constexpr (Family::family == V4::family)
        return v4_;
    else
        return v6_;
}

bool Ageing::run(std::uint64_t now, const table::Snapshot& tables)
{
    const std::uint64_t begun = rte_rdtsc();
    slice_end_ = begun + tsc_hz_ / budgets_per_s;
    const bool more = work(now, tables);
    const std::uint64_t taken = rte_rdtsc() - begun;
    ++slices_.count;
    slices_.sum += taken;
    slices_.longest = std::max(slices_.longest, taken);
    if (taken > tsc_hz_ / slices_per_s) ++slices_.over_limit;
    return more;
}

// True: more is due.
bool Ageing::work(std::uint64_t now, const table::Snapshot& tables)
{
    if (!owners_.know(tables)) return true;
    if (owners_.take_loss()) ask_for_owners();
    if (!passed_) passed_ = grace_periods_.passed(token_);
    if (passed_ && (release<V4>() || release<V6>())) return true;
    const auto moment = [&](const auto& table) -> Moment {
        return {now, table.tick(now), tsc_hz_, table.tick_shift(), tables.settings};
    };
    const bool more = walk<V4>(moment(sessions_.of<V4>())) || walk<V6>(moment(sessions_.of<V6>()));
    if (passed_) begin_grace_period();
    return more;
}

// What left until now waits; precondition: nothing else does.
void Ageing::begin_grace_period()
{
    if (v4_.gathering.empty() && v6_.gathering.empty()) return;
    v4_.gathering.swap(v4_.waiting);
    v6_.gathering.swap(v6_.waiting);
    token_ = grace_periods_.start();
    passed_ = false;
}

// The rest of this walk and a whole one. Nobody makes sessions for a lost owner any more: tables are known here only
// after every worker has left the former ones.
void Ageing::ask_for_owners()
{
    for (Part* part : {&v4_, &v6_})
        part->owners_asked_until = part->pace.walks() + 1;
}

template<class Family>
bool Ageing::walk(const Moment& moment)
{
    auto& table = sessions_.of<Family>();
    Part& own = part<Family>();
    table.take_undone(
        [&](std::uint32_t pair) {
            own.gathering.push_back({pair, table.has_ended(pair)});
        },
        std::min(batch, most_leaving - static_cast<std::uint32_t>(own.gathering.size())));
    if (table.size() > table.capacity() - table.capacity() / 8) own.pace.hurry();
    std::uint32_t due = own.pace.due(moment.now, table.high_water(), table.size());
    while (due > 0 && own.gathering.size() + batch <= most_leaving) {
        const std::uint32_t count = std::min(due, batch);
        own.pace.advance(count, visit<Family>(own.pace.next(), count, moment));
        due -= count;
        if (rte_rdtsc() > slice_end_) return due > 0;
    }
    return due > 0 && passed_; // full: on once the next grace period has begun
}

// Three passes over a batch, each reading only what the one before has asked for. How many were over.
template<class Family>
std::uint32_t Ageing::visit(std::uint32_t first, std::uint32_t count, const Moment& moment)
{
    auto& table = sessions_.of<Family>();
    Part& own = part<Family>();
    const bool ask_owners = own.pace.walks() <= own.owners_asked_until;
    const bool some_down = owners_.some_down();
    std::array<std::uint32_t, batch> suspects;
    std::uint32_t suspected = 0;
    std::uint32_t left = 0;
    for (std::uint32_t pair = first; pair < first + count; ++pair) {
        table.prefetch_scan(pair + batch);
        if (!table.is_live(pair)) {
            if (!table.take_left(pair)) continue;
            own.gathering.push_back({pair, true});
            ++left;
            continue;
        }
        if (!ask_owners && !some_down && !moment.may_be_over(table.entry(2 * pair))) continue;
        suspects[suspected++] = pair;
        table.prefetch_entry(2 * pair + 1);
        if (ask_owners) prefetch_to_read(&table.cold(2 * pair));
    }
    std::uint32_t over = 0;
    for (std::uint32_t i = 0; i < suspected; ++i) {
        const std::uint32_t pair = suspects[i];
        const auto& forward = table.entry(2 * pair);
        const auto& reverse = table.entry(2 * pair + 1);
        const bool ends = moment.is_over(forward, reverse) || (ask_owners && !owners_.owns(table.cold(2 * pair))) ||
                          (some_down && moment.is_given_up(forward, reverse) && owners_.is_down(table.cold(2 * pair)));
        if (!ends) continue;
        suspects[over++] = pair;
        table.prefetch_unlink(pair);
    }
    for (std::uint32_t i = 0; i < over; ++i)
        if (table.unlink(suspects[i])) own.gathering.push_back({suspects[i], true});
    return over + left;
}

// Those whose grace period has passed; true: not all of them yet.
template<class Family>
bool Ageing::release()
{
    auto& table = sessions_.of<Family>();
    auto& waiting = part<Family>().waiting;
    std::array<std::uint32_t, table::SessionTable<typename Family::Key>::family> left;
    std::uint32_t freed = 0;
    while (!waiting.empty()) {
        const std::size_t count = std::min<std::size_t>(batch, waiting.size());
        const auto first = waiting.end() - static_cast<std::ptrdiff_t>(count);
        for (auto leaving = first; leaving != waiting.end(); ++leaving) {
            prefetch_to_read(&table.cold(2 * leaving->pair));
            table.prefetch_entry(2 * leaving->pair);
            table.prefetch_entry(2 * leaving->pair + 1);
        }
        for (auto leaving = first; leaving != waiting.end(); ++leaving)
            if (leaving->owns) prefetch_port(table.cold(2 * leaving->pair));
        for (auto leaving = first; leaving != waiting.end(); ++leaving) {
            give_back<Family>(*leaving);
            left[freed++] = leaving->pair;
        }
        waiting.erase(first, waiting.end());
        if (freed + batch > left.size()) table.release(std::span(left).first(std::exchange(freed, 0)));
        if (rte_rdtsc() > slice_end_) break;
    }
    table.release(std::span(left).first(freed));
    return !waiting.empty();
}

void Ageing::prefetch_port(const table::Cold& cold) const
{
    if (cold.pool == table::no_owner) return;
    if (const table::PortBlocks* pool = owners_.pool(cold.pool)) pool->prefetch(cold.lease);
}

// What the session owned.
template<class Family>
void Ageing::give_back(const Leaving& leaving)
{
    auto& table = sessions_.of<Family>();
    const auto& forward = table.entry(2 * leaving.pair);
    const auto& reverse = table.entry(2 * leaving.pair + 1);
    const table::Cold cold = table.cold(2 * leaving.pair);
    if (leaving.owns && cold.pool != table::no_owner)
        if (table::PortBlocks* pool = owners_.pool(cold.pool)) pool->give_back(cold.lease, forward.key.protocol);
    if (leaving.owns && cold.backend != table::no_owner) {
        BackendTotals& totals = ended_[cold.backend];
        ++totals.flows;
        totals.packets +=
            forward.packets.load(std::memory_order_relaxed) + reverse.packets.load(std::memory_order_relaxed);
        totals.bytes += forward.bytes.load(std::memory_order_relaxed) + reverse.bytes.load(std::memory_order_relaxed);
    }
}

} // namespace sluice
