// What is done to a packet that belongs to no session, by the tables alone: EIPs, and answers of backends whose session
// is another node's.
#pragma once

#include <optional>

#include "dataplane/burst/translation.hpp"

namespace sluice {

// `opens`: the packet begins a TCP connection, so it is nobody's answer. Nothing: it goes on as it is.
template<class Family>
[[nodiscard]] std::optional<TranslationOf<Family>> stateless(const table::Snapshot& tables,
                                                             const typename Family::Key& key, bool opens) noexcept;

// Whether the flow is addressed to the node itself after `action`, which then has `answers_local`.
template<class Family>
void mark_if_local(const table::Snapshot& tables, TranslationOf<Family>& action) noexcept;

} // namespace sluice
