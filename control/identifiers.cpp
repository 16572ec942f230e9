// Assignment of identifiers: smallest free number first, kept by name.
#include "control/identifiers.hpp"

#include "dataplane/base/address.hpp"

namespace sluice::control {

std::uint32_t IdentifierSpace::of(const std::string& name)
{
    if (const auto known = ids_.find(name); known != ids_.end()) return known->second;
    std::uint32_t id = 1;
    for (const auto& entry : names_) {
        if (entry.first != id) break;
        ++id;
    }
    names_.emplace(id, name);
    ids_.emplace(name, id);
    return id;
}

void IdentifierSpace::adopt(const std::string& name, std::uint32_t id)
{
    if (const auto holder = names_.find(id); holder != names_.end()) ids_.erase(holder->second);
    if (const auto former = ids_.find(name); former != ids_.end()) names_.erase(former->second);
    ids_.insert_or_assign(name, id);
    names_.insert_or_assign(id, name);
}

Identifiers::Identifiers(const ObjectSet& programmed)
{
    for (const auto& [key, object] : programmed) {
        if (object.has_network()) networks.adopt(object.network().name(), object.network().id());
        if (object.has_pool()) pools.adopt(object.pool().name(), object.pool().id());
        if (!object.has_service()) continue;
        const api::Service& service = object.service();
        services.adopt(service.name(), service.id());
        for (const api::Backend& backend : service.backends())
            backends.adopt(backend_name(service, backend.address(), backend.port()), backend.id());
    }
}

std::string backend_name(const api::Service& service, const std::string& packed_address, std::uint32_t port)
{
    const std::string mode = service.forward() == api::DNAT ? "" : service.stateless() ? " stateless" : " direct";
    const auto address = IpAddress::unpack(packed_address).value_or(IpAddress{});
    const std::string host = address.is_v4() ? address.text() : "[" + address.text() + "]";
    return service.name() + "/" + host + ":" + std::to_string(port) + mode;
}

} // namespace sluice::control
