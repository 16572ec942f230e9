// Objects of the contract, each under its kind and key, in one order that never depends on how they were found.
// Desired and programmed state have this same shape, so their difference is a walk over two sorted maps.
#pragma once

#include <map>
#include <string>

#include "dataplane/api/sluice.pb.h"

namespace sluice::control {

struct Key {
    int kind = 0;      // api::Object::KindCase
    std::string bytes; // key fields, big-endian, so that order is by number and by address
    auto operator<=>(const Key&) const = default;
};

using ObjectSet = std::map<Key, api::Object>;

[[nodiscard]] Key key_of(const api::Object& object);

// The form a removal has: key fields only.
[[nodiscard]] api::Object key_only(const api::Object& object);

// Equality by deterministic serialisation.
[[nodiscard]] bool same(const api::Object& left, const api::Object& right);

template<class Objects>
[[nodiscard]] ObjectSet to_set(const Objects& objects)
{
    ObjectSet set;
    for (const api::Object& object : objects)
        set.insert_or_assign(key_of(object), object);
    return set;
}

} // namespace sluice::control
