#include "pipelines/nat/eip.hpp"

namespace sluice::nat {

bool translate_outward(const table::Snapshot& tables, TranslationOf<V4>& action) noexcept
{
    const auto* target = tables.eip_outward.find(address_key<V4>(action.key.network, action.key.source));
    if (target == nullptr) return false;
    set_source(action, wire::Be32{target->address.value}.raw(), action.new_source_port);
    action.out_network = target->network;
    return true;
}

bool translate_inward(const table::Snapshot& tables, TranslationOf<V4>& action) noexcept
{
    if (action.out_network != table::public_network) return false;
    const auto* target = tables.eip_inward.find(address_key<V4>(table::public_network, action.new_destination));
    if (target == nullptr) return false;
    set_destination(action, wire::Be32{target->address.value}.raw(), action.new_destination_port);
    action.out_network = target->network;
    return true;
}

} // namespace sluice::nat
