// What must be sent so that the dataplane holds what is wanted: nothing that did not change.
#pragma once

#include "control/object_set.hpp"

namespace sluice::control {

// Interfaces and settings exist from the dataplane's start and are never removed, only set.
// The transaction has no generation yet; who sends it gives one.
[[nodiscard]] api::Transaction delta(const ObjectSet& programmed, const ObjectSet& wanted);

[[nodiscard]] inline bool is_empty(const api::Transaction& transaction)
{
    return transaction.remove().empty() && transaction.upsert().empty();
}

// The programmed state after the dataplane committed `transaction`.
void record(ObjectSet& programmed, const api::Transaction& transaction);

} // namespace sluice::control
