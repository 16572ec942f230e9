#include "dataplane/steering/wanted.hpp"

#include "dataplane/table/build/fields.hpp"
#include "dataplane/wire/gtpu.hpp"

namespace sluice::steering {
namespace {

Prefix host(const std::string& packed)
{
    const IpAddress address = table::ip_of(packed);
    return {address, address.bits()};
}

// Routes, neighbours and tunnels come by the hundred thousand, and none of them says whose an address is.
bool is_concerned(const api::Object& object)
{
    return object.has_service() || object.has_eip() || object.has_pool() || object.has_interface();
}

Endpoints endpoints_of(const api::Settings& settings)
{
    constexpr std::uint16_t usual_port = 4789; // RFC 7348 section 5
    Endpoints ends;
    const std::uint16_t port = settings.vxlan_port() == 0 ? usual_port : table::narrow(settings.vxlan_port());
    if (!settings.vtep().empty()) ends.vxlan = Endpoint{table::ip_of(settings.vtep()), port};
    if (!settings.gtpu_endpoint().empty())
        ends.gtpu = Endpoint{table::ip_of(settings.gtpu_endpoint()), wire::Gtpu::port.host()};
    return ends;
}

} // namespace

Wanted::Named Wanted::named_by(const api::Object& object) const
{
    Named named;
    switch (object.kind_case()) {
    case api::Kind::kService:
        named.prefixes.push_back(host(object.service().address()));
        break;
    case api::Kind::kEip:
        named.prefixes.push_back(host(object.eip().public_address()));
        break;
    case api::Kind::kPool:
        for (const api::Address& address : object.pool().addresses())
            named.prefixes.push_back(table::prefix_of(address).masked());
        break;
    case api::Kind::kInterface:
        named.owner = Owner::kernel;
        if (!kernel_interfaces_.contains(object.interface().id())) break;
        for (const api::Address& address : object.interface().addresses())
            named.prefixes.push_back(host(address.address()));
        break;
    default:
        break;
    }
    return named;
}

void Wanted::count(const Named& named, bool more, std::set<Prefix>& touched)
{
    for (const Prefix& prefix : named.prefixes) {
        Uses& uses = uses_[prefix];
        std::uint32_t& counter = named.owner == Owner::kernel ? uses.kernel : uses.gateway;
        counter += more ? 1U : -1U;
        touched.insert(prefix);
    }
}

void Wanted::replace(const api::ObjectKey& key, Named now, std::set<Prefix>& touched)
{
    Named& held = named_[key];
    count(held, false, touched);
    count(now, true, touched);
    held = std::move(now);
    if (held.prefixes.empty()) named_.erase(key);
}

Change Wanted::follow(const api::Transaction& transaction)
{
    Change change;
    std::set<Prefix> touched;
    for (const api::Object& object : transaction.remove()) {
        if (is_concerned(object)) replace(api::object_key(object), {}, touched);
        if (object.has_settings()) change.endpoints = Endpoints{};
    }
    for (const api::Object& object : transaction.upsert()) {
        if (is_concerned(object)) replace(api::object_key(object), named_by(object), touched);
        if (object.has_settings()) change.endpoints = endpoints_of(object.settings());
    }
    for (const Prefix& prefix : touched) {
        const Uses uses = uses_[prefix];
        std::optional<Owner> owner;
        if (uses.gateway != 0) owner = Owner::gateway;
        if (uses.kernel != 0) owner = Owner::kernel;
        if (!owner) uses_.erase(prefix);
        const auto told = told_.find(prefix);
        if (owner == (told == told_.end() ? std::nullopt : std::optional(told->second))) continue;
        change.prefixes[prefix] = owner;
        if (owner)
            told_[prefix] = *owner;
        else
            told_.erase(prefix);
    }
    return change;
}

} // namespace sluice::steering
