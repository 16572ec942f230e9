// What is done to a packet that belongs to no session, by the tables alone: EIPs, and answers of backends whose session
// is another node's.
#pragma once

#include <optional>

#include "dataplane/burst/translation.hpp"
#include "dataplane/table/snapshot.hpp"

namespace sluice {

// `opens`: the packet begins a TCP connection, so it is nobody's answer. Nothing: it goes on as it is.
template<class Family>
[[nodiscard]] std::optional<TranslationOf<Family>> stateless(const table::Snapshot& tables,
                                                             const typename Family::Key& key, bool opens) noexcept;

// Who the address belongs to when it is one of ours. Most are not, and the hints say so.
template<class Family>
[[nodiscard]] const table::LocalAddress* find_local(const table::Snapshot& tables, std::uint16_t network,
                                                    const typename Family::Address& address) noexcept
{
    if ((tables.hints.of(network, address) & table::AddressHints::foreign) != 0) return nullptr;
    return tables.locals.find(address_key<Family>(network, address));
}

// Whether the flow is addressed to the node itself after `action`, which then has `answers_local`.
template<class Family>
void mark_if_local(const table::Snapshot& tables, TranslationOf<Family>& action) noexcept;

} // namespace sluice
