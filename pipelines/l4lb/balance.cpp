#include "pipelines/l4lb/balance.hpp"

namespace sluice::l4lb {
template<class Family>
const table::Service* find_service(const table::Snapshot& tables, const TranslationOf<Family>& action) noexcept
{
    if (action.out_network != table::public_network) return nullptr;
    const auto* target = tables.service_of.find(address_key<Family>(table::public_network, action.new_destination,
                                                                    action.new_destination_port, action.key.protocol));
    return target == nullptr ? nullptr : &tables.services[target->service];
}

template<class Family>
bool send_to(const table::Service& service, const table::Backend& backend, TranslationOf<Family>& action) noexcept
{
    if (backend.address.is_v4() != (Family::family == V4::family)) return false;
    if (service.direct) {
        send_by_way_of(action, Family::raw(backend.address));
    } else {
        const std::uint16_t port = backend.port == 0 ? action.new_destination_port : backend.port;
        set_destination(action, Family::raw(backend.address), port);
    }
    action.out_network = service.network;
    return true;
}

template<class Family>
tl::expected<const table::Backend*, Drop> balance(const table::Service& service, TranslationOf<Family>& action,
                                                  std::uint32_t attempt) noexcept
{
    if (service.ring == nullptr || service.ring->empty()) return tl::unexpected(Drop::no_backend);
    const std::uint16_t member = (*service.ring)[slot_of(rewritten_key(action), attempt, *service.ring)];
    const table::Backend& backend = service.backends[member];
    if (!send_to<Family>(service, backend, action)) return tl::unexpected(Drop::family_mismatch);
    return &backend;
}

template<class Family>
bool has_moved(const table::Snapshot& tables, const TranslationOf<Family>& session, const table::Cold& owners) noexcept
{
    TranslationOf<Family> anew = identity(session.key);
    if (session.has(session.rewrites_source)) set_source(anew, session.new_source, session.new_source_port);
    anew.out_network = table::public_network;
    const table::Service* service = find_service<Family>(tables, anew);
    if (service == nullptr) return false;
    const auto backend = balance<Family>(*service, anew, 0);
    return !backend || (*backend)->id != owners.backend;
}

template<class Family>
bool unrewrite(const table::Snapshot& tables, TranslationOf<Family>& action) noexcept
{
    const auto* target = tables.reverse_of.find(
        address_key<Family>(action.key.network, action.key.source, action.key.source_port, action.key.protocol));
    if (target == nullptr) return false;
    set_source(action, Family::raw(tables.services[target->service].address), target->port);
    action.out_network = table::public_network;
    return true;
}

template const table::Service* find_service<V4>(const table::Snapshot&, const TranslationOf<V4>&) noexcept;
template const table::Service* find_service<V6>(const table::Snapshot&, const TranslationOf<V6>&) noexcept;
template tl::expected<const table::Backend*, Drop> balance<V4>(const table::Service&, TranslationOf<V4>&,
                                                               std::uint32_t) noexcept;
template tl::expected<const table::Backend*, Drop> balance<V6>(const table::Service&, TranslationOf<V6>&,
                                                               std::uint32_t) noexcept;
template bool has_moved<V4>(const table::Snapshot&, const TranslationOf<V4>&, const table::Cold&) noexcept;
template bool has_moved<V6>(const table::Snapshot&, const TranslationOf<V6>&, const table::Cold&) noexcept;
template bool send_to<V4>(const table::Service&, const table::Backend&, TranslationOf<V4>&) noexcept;
template bool send_to<V6>(const table::Service&, const table::Backend&, TranslationOf<V6>&) noexcept;
template bool unrewrite<V4>(const table::Snapshot&, TranslationOf<V4>&) noexcept;
template bool unrewrite<V6>(const table::Snapshot&, TranslationOf<V6>&) noexcept;

} // namespace sluice::l4lb
