#include "pipelines/stateless.hpp"

#include "pipelines/l4lb/balance.hpp"
#include "pipelines/nat/eip.hpp"

namespace sluice {

template<class Family>
std::optional<TranslationOf<Family>> stateless(const table::Snapshot& tables, const typename Family::Key& key,
                                               bool opens) noexcept
{
    TranslationOf<Family> action = identity(key);
    bool found = false;
    if (key.network != table::public_network && !opens && l4lb::unrewrite<Family>(tables, action)) found = true;
    if constexpr (Family::family == V4::family) {
        if (!found && key.network != table::public_network) found = nat::translate_outward(tables, action);
        if (key.network == table::public_network) found = nat::translate_inward(tables, action);
    }
    if (!found) return std::nullopt;
    mark_if_local<Family>(tables, action);
    return action;
}

template<class Family>
void mark_if_local(const table::Snapshot& tables, TranslationOf<Family>& action) noexcept
{
    if (action.has(action.direct)) return; // for the backend, whoever else has its address
    if (find_local<Family>(tables, action.out_network, action.new_destination) != nullptr)
        action.flags |= action.answers_local;
}

template std::optional<TranslationOf<V4>> stateless<V4>(const table::Snapshot&, const V4::Key&, bool) noexcept;
template std::optional<TranslationOf<V6>> stateless<V6>(const table::Snapshot&, const V6::Key&, bool) noexcept;
template void mark_if_local<V4>(const table::Snapshot&, TranslationOf<V4>&) noexcept;
template void mark_if_local<V6>(const table::Snapshot&, TranslationOf<V6>&) noexcept;

} // namespace sluice
