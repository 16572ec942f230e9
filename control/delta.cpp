// Difference of two sets of objects, and its application to the set it was taken from.
#include "control/delta.hpp"

namespace sluice::control {
namespace {

bool is_permanent(const api::Object& object)
{
    return object.has_interface() || object.has_settings();
}

} // namespace

api::Transaction delta(const ObjectSet& programmed, const ObjectSet& wanted)
{
    api::Transaction transaction;
    for (const auto& [key, object] : programmed)
        if (!wanted.contains(key) && !is_permanent(object)) *transaction.add_remove() = key_only(object);
    for (const auto& [key, object] : wanted) {
        const auto present = programmed.find(key);
        if (present == programmed.end() || !same(present->second, object)) *transaction.add_upsert() = object;
    }
    return transaction;
}

void record(ObjectSet& programmed, const api::Transaction& transaction)
{
    for (const api::Object& object : transaction.remove())
        programmed.erase(object_key(object));
    for (const api::Object& object : transaction.upsert())
        programmed.insert_or_assign(object_key(object), object);
}

} // namespace sluice::control
