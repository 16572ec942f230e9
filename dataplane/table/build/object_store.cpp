// Changes are made in place and remembered, so that a small transaction costs little however much is programmed.
#include "dataplane/table/build/object_store.hpp"

#include <string>
#include <utility>

namespace sluice::table {
namespace {

// No message of the contract holds a map, so equal objects have equal bytes.
bool same(const api::Object& left, const api::Object& right)
{
    return left.SerializeAsString() == right.SerializeAsString();
}

} // namespace

void ObjectStore::put(const ObjectKey& key, const api::Object& object)
{
    const auto [place, is_new] = objects_.try_emplace(key);
    counts_[key.kind] += is_new ? 1 : 0;
    const auto [undo, is_first] = undo_.try_emplace(key);
    if (is_first && !is_new) undo->second = std::move(place->second);
    place->second = object;
}

bool ObjectStore::remove(const ObjectKey& key)
{
    auto node = objects_.extract(key);
    if (node.empty()) return false;
    --counts_[key.kind];
    undo_.try_emplace(key, std::move(node.mapped()));
    return true;
}

void ObjectStore::discard()
{
    for (auto& [key, before] : undo_) {
        if (before)
            counts_[key.kind] += objects_.insert_or_assign(key, std::move(*before)).second ? 1 : 0;
        else
            counts_[key.kind] -= objects_.erase(key);
    }
    undo_.clear();
}

const api::Object* ObjectStore::find(const ObjectKey& key) const
{
    const auto found = objects_.find(key);
    return found == objects_.end() ? nullptr : &found->second;
}

const api::Object* ObjectStore::committed(const ObjectKey& key) const
{
    const auto touched = undo_.find(key);
    if (touched == undo_.end()) return find(key);
    return touched->second ? &*touched->second : nullptr;
}

Changes ObjectStore::changes() const
{
    Changes changes;
    for (const auto& [key, before] : undo_) {
        const api::Object* now = find(key);
        const bool unchanged = before ? now != nullptr && same(*before, *now) : now == nullptr;
        if (!unchanged) changes.add(key.kind, {before ? &*before : nullptr, now});
    }
    return changes;
}

} // namespace sluice::table
