#include "dataplane/table_use.hpp"

#include <algorithm>

namespace sluice::dataplane {

template<class Visit>
void TableUse::each(const table::Snapshot& tables, Visit&& visit) const
{
    const auto [ipv4, ipv6] = sessions_.memory();
    visit("sessions", "ipv4", ipv4.sessions, ipv4.room);
    visit("sessions", "ipv6", ipv6.sessions, ipv6.room);
    for (const table::Model::Use& use : model_.use())
        visit(std::string(use.table), "", use.used, use.limit);
    for (const table::Pool& pool : tables.pools)
        visit("pool_blocks", pool.name, pool.blocks->blocks_leased(), pool.blocks->blocks());
}

// A pool that is gone takes its high water with it, so that memory is bounded by what is programmed.
void TableUse::look(const table::Snapshot& tables)
{
    std::map<Name, std::uint64_t> now;
    each(tables, [&](const std::string& table, const std::string& name, std::uint64_t used, std::uint64_t) {
        const auto before = high_water_.find({table, name});
        now[{table, name}] = std::max(used, before == high_water_.end() ? 0 : before->second);
    });
    high_water_ = std::move(now);
}

void TableUse::fill(api::Status& status, const table::Snapshot& tables) const
{
    each(tables, [&](const std::string& table, const std::string& name, std::uint64_t used, std::uint64_t limit) {
        const auto before = high_water_.find({table, name});
        api::TableUse& row = *status.add_tables();
        row.set_table(table);
        row.set_name(name);
        row.set_used(used);
        row.set_limit(limit);
        row.set_high_water(std::max(used, before == high_water_.end() ? 0 : before->second));
    });
}

} // namespace sluice::dataplane
