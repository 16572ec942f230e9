#include "pipelines/session_owners.hpp"

#include <algorithm>
#include <utility>

#include "dataplane/table/build/validate.hpp"

namespace sluice {

SessionOwners::SessionOwners()
    : backends_(table::Bounds::backends)
{
}

bool SessionOwners::take_loss()
{
    return std::exchange(loss_, false);
}

bool SessionOwners::owns(const table::Cold& cold) const
{
    if (cold.pool != table::no_owner && pool(cold.pool) == nullptr) return false;
    if (cold.backend == table::no_owner) return true;
    if (cold.backend >= backends_.size()) return false;
    const Backend& backend = backends_[cold.backend];
    return backend.learned == lesson_ && backend.service == cold.service;
}

bool SessionOwners::is_down(const table::Cold& cold) const
{
    if (cold.backend >= backends_.size()) return false;
    const Backend& backend = backends_[cold.backend];
    return backend.learned == lesson_ && backend.down;
}

table::PortBlocks* SessionOwners::pool(std::uint32_t serial) const
{
    const auto found = std::lower_bound(pools_.begin(), pools_.end(), serial,
                                        [](const Pool& pool, std::uint32_t wanted) { return pool.serial < wanted; });
    return found != pools_.end() && found->serial == serial ? found->blocks.get() : nullptr;
}

bool SessionOwners::learn_some(const table::Snapshot& tables)
{
    if (learning_ != tables.generation) begin(tables);
    for (std::uint32_t left = step; left > 0 && next_service_ < tables.services.size(); --left) {
        const table::Service& service = tables.services[next_service_];
        if (next_backend_ < service.backends.size()) {
            add(service, service.backends[next_backend_++]);
        } else {
            ++next_service_;
            next_backend_ = 0;
        }
    }
    if (next_service_ < tables.services.size()) return false;
    finish(tables);
    return true;
}

// A lesson that was cut short by newer tables has renumbered some backends: those count as lost, which costs one look
// at the cold records and is never wrong.
void SessionOwners::begin(const table::Snapshot& tables)
{
    learning_ = tables.generation;
    next_service_ = 0;
    next_backend_ = 0;
    kept_ = 0;
    named_ = 0;
    down_ = false;
    ++lesson_;
}

void SessionOwners::add(const table::Service& service, const table::Backend& backend)
{
    Backend& known = backends_[backend.id];
    if (known.learned != 0 && known.learned + 1 == lesson_ && known.service == service.id) ++kept_;
    known = {service.id, lesson_, backend.down};
    down_ |= backend.down;
    ++named_;
}

void SessionOwners::finish(const table::Snapshot& tables)
{
    std::vector<Pool> pools;
    pools.reserve(tables.pools.size());
    for (const table::Pool& pool : tables.pools)
        pools.push_back({pool.serial, pool.blocks});
    std::sort(pools.begin(), pools.end(), [](const Pool& a, const Pool& b) { return a.serial < b.serial; });
    pools_.swap(pools);
    const bool pool_gone =
        std::any_of(pools.begin(), pools.end(), [this](const Pool& former) { return pool(former.serial) == nullptr; });
    loss_ = loss_ || pool_gone || kept_ != backends_known_;
    backends_known_ = named_;
    some_down_ = down_;
    generation_ = tables.generation;
}

} // namespace sluice
