// Pools, NAT rules and EIPs.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "dataplane/table/build/assemble.hpp"
#include "dataplane/table/build/fields.hpp"

namespace sluice::table {
namespace {

PortBlocks::Settings settings_of(const api::Pool& pool)
{
    PortBlocks::Settings settings;
    for (const api::Address& addresses : pool.addresses()) {
        const Prefix prefix = prefix_of(addresses);
        const std::uint32_t first = prefix.address.v4().value;
        for (std::uint64_t i = 0; i < std::uint64_t{1} << (Ipv4Address::bits - prefix.length); ++i)
            settings.addresses.push_back(static_cast<std::uint32_t>(first + i));
    }
    settings.first_port = narrow(pool.first_port());
    settings.last_port = narrow(pool.last_port());
    settings.block_size = narrow(pool.block_size());
    // Whoever holds ports holds a block, so there are never more subscribers than blocks.
    const std::uint32_t blocks = (pool.last_port() - pool.first_port() + 1) / pool.block_size();
    settings.subscribers = blocks * static_cast<std::uint32_t>(settings.addresses.size());
    return settings;
}

const api::Pool* pool_before(const Assembly& assembly, const ObjectKey& key)
{
    const api::Object* object = assembly.objects.committed(key);
    return object == nullptr ? nullptr : &object->pool();
}

// Ports in use live in the pool itself, so one that is as it was must be the same one.
Pool keep_or_make(Assembly& assembly, const ObjectKey& key, const api::Pool& from)
{
    const api::Pool* before = pool_before(assembly, key);
    if (before != nullptr && before->SerializeAsString() == from.SerializeAsString())
        for (const Pool& pool : assembly.before.pools)
            if (pool.id == from.id()) return pool;
    return {from.id(), assembly.next_serial++, from.name(),
            std::make_shared<PortBlocks>(settings_of(from), assembly.hasher)};
}

void assemble_eips(Assembly& assembly)
{
    ExactMap<AddressKey, EipTarget>::Builder outward;
    ExactMap<AddressKey, EipTarget>::Builder inward;
    for (const auto& [key, object] : assembly.objects.of(Kind::kEip)) {
        const auto network = narrow(object.eip().network());
        const IpAddress outside = ip_of(object.eip().public_address());
        const IpAddress inside = ip_of(object.eip().private_address());
        outward.add(key_of(network, inside), {public_network, outside.v4()});
        inward.add(key_of(public_network, outside), {network, inside.v4()});
    }
    assembly.out.eip_outward = outward.build();
    assembly.out.eip_inward = inward.build();
}

// Whatever rule is not there any more, as long as its pool and its network are.
void assemble_former_rules(Assembly& assembly)
{
    constexpr unsigned most = 16; // of a network and pool; then they are one
    const Snapshot& before = assembly.before;
    const Snapshot& now = assembly.out;
    std::set<std::uint32_t> pools; // serials
    for (const Pool& pool : now.pools)
        pools.insert(pool.serial);
    const auto is_there = [&](const FormerRule& rule) {
        const std::vector<NatRule>& rules = now.nat_rules[rule.network];
        return std::any_of(rules.begin(), rules.end(), [&](const NatRule& other) {
            return other.source == rule.source && now.pools[other.pool].serial == rule.pool;
        });
    };
    std::map<std::pair<std::uint16_t, std::uint32_t>, std::vector<FormerRule>> former; // by network and pool
    const auto add = [&](const FormerRule& rule) {
        const bool is_used = rule.network < now.networks.size() && now.networks[rule.network].used;
        if (!is_used || !pools.contains(rule.pool) || is_there(rule)) return;
        std::vector<FormerRule>& same = former[{rule.network, rule.pool}];
        same.push_back(rule);
        if (same.size() > most) same = {{rule.network, Prefix{Ipv4Address{}, 0}, rule.pool}};
    };
    for (const FormerRule& rule : before.former_rules)
        add(rule);
    for (const std::vector<NatRule>& rules : before.nat_rules)
        for (const NatRule& rule : rules)
            add({rule.network, rule.source, before.pools[rule.pool].serial});
    std::vector<FormerRule> all;
    for (const auto& [where, rules] : former)
        all.insert(all.end(), rules.begin(), rules.end());
    assembly.out.former_rules = std::move(all);
}

} // namespace

void assemble_translation(Assembly& assembly)
{
    std::vector<Pool> pools;
    std::map<std::uint32_t, std::uint32_t> index_of; // pool id → index
    for (const auto& [key, object] : assembly.objects.of(Kind::kPool)) {
        index_of.emplace(object.pool().id(), static_cast<std::uint32_t>(pools.size()));
        pools.push_back(keep_or_make(assembly, key, object.pool()));
    }
    assembly.out.pools = std::move(pools);

    std::vector<std::vector<NatRule>> rules(assembly.out.networks.size());
    for (const auto& [key, object] : assembly.objects.of(Kind::kNatRule)) {
        const api::NatRule& from = object.nat_rule();
        const Prefix source = from.source().address().empty() ? Prefix{Ipv4Address{}, 0} : prefix_of(from.source());
        rules[from.network()].push_back({narrow(from.network()), source, index_of.at(from.pool()), from.place()});
    }
    assembly.out.nat_rules = std::move(rules);
    assemble_former_rules(assembly);
    assemble_eips(assembly);
}

} // namespace sluice::table
