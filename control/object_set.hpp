// Objects of the contract, each under its kind and key, in one order that never depends on how they were found.
// Desired and programmed state have this same shape, so their difference is a walk over two sorted maps.
#pragma once

#include <map>

#include "dataplane/api/object_key.hpp"

namespace sluice::control {

using ObjectSet = std::map<api::ObjectKey, api::Object>;

// The form a removal has: key fields only.
[[nodiscard]] api::Object key_only(const api::Object& object);

// Equality by deterministic serialisation.
[[nodiscard]] bool same(const api::Object& left, const api::Object& right);

template<class Objects>
[[nodiscard]] ObjectSet to_set(const Objects& objects)
{
    ObjectSet set;
    for (const api::Object& object : objects)
        set.insert_or_assign(object_key(object), object);
    return set;
}

} // namespace sluice::control
