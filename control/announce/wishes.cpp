#include "control/announce/wishes.hpp"

#include <algorithm>

namespace sluice::control::announce {
namespace {

bool has_usable_backend(const api::Service& service)
{
    return std::any_of(service.backends().begin(), service.backends().end(),
                       [](const api::Backend& backend) { return backend.weight() > 0; });
}

// Several services share an address, each with ports of its own: it is announced while one of them works.
void add(Wishes& all, const Prefix& prefix, Kind kind, const std::string& of)
{
    const auto [entry, fresh] = all.try_emplace(prefix, Wish{kind, of});
    if (!fresh && entry->second.kind == kind && entry->second.of != of) entry->second.of += ", " + of;
}

} // namespace

std::string_view text(Kind kind)
{
    switch (kind) {
    case Kind::service:
        return "service";
    case Kind::eip:
        return "eip";
    case Kind::nat_pool:
        break;
    }
    return "nat-pool";
}

std::optional<Kind> kind_of(std::uint32_t metric)
{
    for (const Kind kind : {Kind::service, Kind::eip, Kind::nat_pool})
        if (static_cast<std::uint32_t>(kind) == metric) return kind;
    return std::nullopt;
}

Usable usable_services(const ObjectSet& objects)
{
    Usable usable;
    constexpr auto kind = api::Kind::kService;
    for (auto at = objects.lower_bound({kind, {}}); at != objects.end() && at->first.kind == kind; ++at) {
        const api::Service& service = at->second.service();
        const auto address = IpAddress::unpack(service.address());
        if (address && has_usable_backend(service)) usable.emplace(service.name(), *address);
    }
    return usable;
}

Wishes wishes(const config::Config& config, const Usable& held, const Usable& next)
{
    Wishes all;
    const auto host = [](const IpAddress& address) { return Prefix{address, address.bits()}; };
    if (config.bgp.services)
        for (const auto& [name, address] : held)
            if (const auto still = next.find(name); still != next.end() && still->second == address)
                add(all, host(address), Kind::service, name);
    if (config.bgp.eips)
        for (const config::Eip& eip : config.nat.eips)
            add(all, host(eip.public_address), Kind::eip, eip.network);
    if (config.bgp.nat_pools)
        for (const auto& [name, pool] : config.nat.pools)
            for (const Prefix& addresses : pool.addresses)
                add(all, addresses.masked(), Kind::nat_pool, name);
    return all;
}

} // namespace sluice::control::announce
