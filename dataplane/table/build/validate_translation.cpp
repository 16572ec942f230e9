// Pools, NAT rules and EIPs: IPv4 only.
#include <bit>
#include <map>

#include "dataplane/table/build/describe.hpp"
#include "dataplane/table/build/fields.hpp"
#include "dataplane/table/build/validate.hpp"

namespace sluice::table {
namespace {

constexpr std::uint32_t min_block_size = 64; // one word of port bits
constexpr std::uint32_t largest_port = 0xFFFF;

Verdict check_v4_prefix(const api::Address& prefix)
{
    if (const auto good = check_prefix(prefix); !good) return good;
    if (!prefix_of(prefix).address.is_v4()) return refuse(prefix_of(prefix).text() + " is not IPv4");
    return {};
}

Verdict check_v4(const std::string& packed)
{
    if (packed.size() == 4) return {};
    return refuse("an IPv4 address has 4 bytes, not " + std::to_string(packed.size()));
}

Verdict check_pool_addresses(const api::Pool& pool)
{
    std::uint64_t total = 0;
    for (int i = 0; i < pool.addresses_size(); ++i) {
        if (const auto good = check_v4_prefix(pool.addresses(i)); !good) return good;
        const Prefix prefix = prefix_of(pool.addresses(i));
        total += std::uint64_t{1} << (32 - prefix.length);
        for (int other = 0; other < i; ++other)
            if (prefix.overlaps(prefix_of(pool.addresses(other)))) return refuse(prefix.text() + " is in it twice");
    }
    if (total == 0) return refuse("a pool needs an address");
    if (total > Bounds::pool_addresses)
        return refuse(std::to_string(total) + " addresses are more than " + std::to_string(Bounds::pool_addresses));
    return {};
}

Verdict check_pool(const api::Pool& pool)
{
    if (pool.id() >= Bounds::pools) return refuse("the id " + std::to_string(pool.id()) + " is not below 4096");
    if (pool.block_size() < min_block_size || pool.block_size() > largest_port ||
        !std::has_single_bit(pool.block_size()))
        return refuse("the block size " + std::to_string(pool.block_size()) +
                      " is not a power of two within 64..32768");
    if (pool.first_port() == 0 || pool.last_port() > largest_port || pool.first_port() > pool.last_port())
        return refuse("the ports " + std::to_string(pool.first_port()) + "-" + std::to_string(pool.last_port()) +
                      " are not a range within 1-65535");
    const std::uint32_t ports = pool.last_port() - pool.first_port() + 1;
    if (ports < pool.block_size())
        return refuse(std::to_string(ports) + " ports are less than one block of " + std::to_string(pool.block_size()));
    return check_pool_addresses(pool);
}

Verdict check_eip(const api::Eip& eip)
{
    if (const auto good = check_v4(eip.public_address()); !good) return good;
    return check_v4(eip.private_address());
}

} // namespace

Verdict check_translation(const api::Object& object)
{
    if (object.has_pool()) return check_pool(object.pool());
    if (object.has_eip()) return check_eip(object.eip());
    const bool any_source = object.nat_rule().source().address().empty();
    return any_source ? Verdict{} : check_v4_prefix(object.nat_rule().source());
}

Result<void> validate_translation_set(const ObjectStore& objects)
{
    std::map<std::uint32_t, std::pair<std::uint32_t, std::string>> pools; // first address → last, and whose
    for (const auto& [key, object] : objects.of(Kind::kPool)) {
        for (const api::Address& address : object.pool().addresses()) {
            const Prefix prefix = prefix_of(address);
            const std::uint32_t first = prefix.address.v4().value;
            const auto last = static_cast<std::uint32_t>(first + ((std::uint64_t{1} << (32 - prefix.length)) - 1));
            const auto before = pools.upper_bound(last);
            if (before != pools.begin() && std::prev(before)->second.first >= first)
                return fail(describe(object), prefix.text() + " is in " + std::prev(before)->second.second + " too");
            pools.emplace(first, std::pair(last, describe(object)));
        }
    }
    for (const auto& [key, object] : objects.of(Kind::kNatRule)) {
        api::Object pool;
        pool.mutable_pool()->set_id(object.nat_rule().pool());
        if (objects.find(object_key(pool)) == nullptr)
            return fail(describe(object), "there is no pool " + std::to_string(object.nat_rule().pool()));
    }
    std::map<std::pair<std::uint32_t, std::string>, std::string> owners;
    for (const auto& [key, object] : objects.of(Kind::kEip)) {
        const auto [place, is_new] =
            owners.try_emplace(std::pair(object.eip().network(), object.eip().private_address()), describe(object));
        if (!is_new)
            return fail(describe(object), ip_of(object.eip().private_address()).text() + " has one: " + place->second);
    }
    return {};
}

} // namespace sluice::table
