// Address translation: pools, rules in the file's order, one-to-one addresses.
#include "control/desired/builder.hpp"

namespace sluice::control {
namespace {

void add_pool(Builder& builder, const std::string& name, const config::Pool& settings)
{
    api::Object object;
    api::Pool& pool = *object.mutable_pool();
    pool.set_id(builder.identifiers.pools.of(name));
    pool.set_name(name);
    for (const Prefix& addresses : settings.addresses)
        *pool.add_addresses() = to_api(addresses);
    pool.set_first_port(settings.first_port);
    pool.set_last_port(settings.last_port);
    pool.set_block_size(settings.block_size);
    builder.add(object);
}

void add_rule(Builder& builder, std::uint32_t order, const config::NatRule& settings)
{
    api::Object object;
    api::NatRule& rule = *object.mutable_nat_rule();
    rule.set_order(order);
    rule.set_network(builder.network_id(settings.network));
    *rule.mutable_source() = to_api(settings.source);
    rule.set_pool(builder.identifiers.pools.of(settings.pool));
    rule.set_place(builder.place(settings.line));
    builder.add(object);
}

void add_eip(Builder& builder, const config::Eip& settings)
{
    api::Object object;
    api::Eip& eip = *object.mutable_eip();
    eip.set_public_address(IpAddress(settings.public_address).packed());
    eip.set_network(builder.network_id(settings.network));
    eip.set_private_address(IpAddress(settings.private_address).packed());
    eip.set_place(builder.place(settings.line));
    builder.add(object);
}

} // namespace

void add_translation(Builder& builder)
{
    const config::Nat& nat = builder.in.config.nat;
    for (const auto& [name, pool] : nat.pools)
        add_pool(builder, name, pool);
    std::uint32_t order = 0;
    for (const config::NatRule& rule : nat.rules)
        add_rule(builder, order++, rule);
    for (const config::Eip& eip : nat.eips)
        add_eip(builder, eip);
}

} // namespace sluice::control
