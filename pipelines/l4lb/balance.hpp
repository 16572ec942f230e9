// Services: which backend takes a new flow, and how an answer becomes the service's again. Choice by Maglev's ring
// (Eisenbud et al., NSDI 2016), the same on every node, so that a flow may change nodes.
#pragma once

#include <tl/expected.hpp>

#include "dataplane/burst/translation.hpp"
#include "pipelines/l4lb/drops.hpp"

namespace sluice::l4lb {

// The service that has the flow's destination address, port and protocol after `action`; nullptr: none.
template<class Family>
[[nodiscard]] const table::Service* find_service(const table::Snapshot& tables,
                                                 const TranslationOf<Family>& action) noexcept;

// The slot of a flow, by its key at the service's address. Unkeyed: every node must come to the same. `attempt`: other
// slots. Precondition: the ring is not empty.
template<class Key>
[[nodiscard]] std::size_t slot_of(const Key& key, std::uint32_t attempt,
                                  const std::vector<std::uint16_t>& ring) noexcept
{
    constexpr std::uint64_t seed = 0x9e3779b97f4a7c15; // part of what nodes agree on, as is the mixing
    const auto words = key.words_in(table::public_network);
    return table::mix64(table::mix_words(words, seed, table::mix64) + attempt) % ring.size();
}

// Sends the flow to the backend its ring slot names; `attempt` above 0 tries other slots. The chosen backend.
template<class Family>
[[nodiscard]] tl::expected<const table::Backend*, Drop>
balance(const table::Service& service, TranslationOf<Family>& action, std::uint32_t attempt) noexcept;

// Whether `session`, which was sent to the backend in `owners`, would be sent to another now, or to none. False when
// its destination is no service's any more.
template<class Family>
[[nodiscard]] bool has_moved(const table::Snapshot& tables, const TranslationOf<Family>& session,
                             const table::Cold& owners) noexcept;

// Sends the flow to that backend. False: it is of the other family, and nothing was done.
template<class Family>
[[nodiscard]] bool send_to(const table::Service& service, const table::Backend& backend,
                           TranslationOf<Family>& action) noexcept;

// From a backend's endpoint, whichever node balanced the flow: the source becomes the service's. False: no backend's.
template<class Family>
[[nodiscard]] bool unrewrite(const table::Snapshot& tables, TranslationOf<Family>& action) noexcept;

} // namespace sluice::l4lb
