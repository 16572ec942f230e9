// Pools, NAT rules and EIPs.
#include <algorithm>
#include <map>

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

bool is_same(const FormerRule& one, const FormerRule& other)
{
    return one.network == other.network && one.source == other.source;
}

// Whatever rule is not there any more, as long as its pool and its network are.
void assemble_former_rules(Assembly& assembly)
{
    constexpr std::ptrdiff_t most = 16; // of a network; then they are one
    const Snapshot& before = assembly.before;
    std::vector<FormerRule> former;
    const auto add = [&](const FormerRule& rule) {
        const bool goes_on = std::any_of(assembly.out.pools.begin(), assembly.out.pools.end(),
                                         [&](const Pool& pool) { return pool.serial == rule.pool; });
        const bool is_used = rule.network < assembly.out.networks.size() && assembly.out.networks[rule.network].used;
        if (!goes_on || !is_used) return;
        const auto& rules = assembly.out.nat_rules[rule.network];
        const bool is_there =
            std::any_of(rules.begin(), rules.end(), [&](const NatRule& now) { return now.source == rule.source; }) ||
            std::any_of(former.begin(), former.end(), [&](const FormerRule& known) { return is_same(known, rule); });
        if (is_there) return;
        const auto same_network = [&](const FormerRule& known) { return known.network == rule.network; };
        former.push_back(rule);
        if (std::count_if(former.begin(), former.end(), same_network) <= most) return;
        std::erase_if(former, same_network);
        former.push_back({rule.network, Prefix{Ipv4Address{}, 0}, rule.pool});
    };
    for (const FormerRule& rule : before.former_rules)
        add(rule);
    for (const std::vector<NatRule>& rules : before.nat_rules)
        for (const NatRule& rule : rules)
            add({rule.network, rule.source, before.pools[rule.pool].serial});
    assembly.out.former_rules = std::move(former);
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
