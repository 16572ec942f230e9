// The programmed objects, with a transaction on top that is kept or taken back as a whole. Written and read by the
// table server's thread only; grows with what the control process sends, bounded by the limits that validation checks.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <map>
#include <optional>
#include <vector>

#include "dataplane/api/object_key.hpp"

namespace sluice::table {

using api::Kind;
using api::ObjectKey;

// An object that is not the same as before; null: it was, or is, not there. Valid until the store changes.
struct Change {
    const api::Object* before;
    const api::Object* now;
};

// What a transaction really changed: writing what is there already changes nothing.
class Changes {
public:
    void add(Kind kind, const Change& change) { of_kind_[kind].push_back(change); }
    [[nodiscard]] bool any(std::initializer_list<Kind> kinds) const
    {
        return std::any_of(kinds.begin(), kinds.end(), [this](Kind kind) { return !of_kind_[kind].empty(); });
    }
    // In the order of their keys.
    [[nodiscard]] const std::vector<Change>& of(Kind kind) const { return of_kind_[kind]; }

private:
    std::array<std::vector<Change>, api::kind_count> of_kind_;
};

class ObjectStore {
public:
    using Objects = std::map<ObjectKey, api::Object>;

    void put(const ObjectKey& key, const api::Object& object);
    [[nodiscard]] bool remove(const ObjectKey& key); // false: not there
    void commit() { undo_.clear(); }
    void discard();

    [[nodiscard]] const api::Object* find(const ObjectKey& key) const;
    // As it was before the open transaction.
    [[nodiscard]] const api::Object* committed(const ObjectKey& key) const;
    [[nodiscard]] Changes changes() const;
    [[nodiscard]] std::size_t count(Kind kind) const { return counts_[kind]; }

    [[nodiscard]] const Objects& all() const { return objects_; }
    // Pairs of key and object, in order, for a range-based for.
    struct Run {
        Objects::const_iterator first;
        Objects::const_iterator last;

        [[nodiscard]] Objects::const_iterator begin() const { return first; }
        [[nodiscard]] Objects::const_iterator end() const { return last; }
    };
    [[nodiscard]] Run of(Kind kind) const
    {
        return {objects_.lower_bound({kind, {}}), objects_.lower_bound({static_cast<Kind>(kind + 1), {}})};
    }

private:
    Objects objects_;
    std::array<std::size_t, api::kind_count> counts_{};
    std::map<ObjectKey, std::optional<api::Object>> undo_; // what the open transaction touched, as it was before
};

} // namespace sluice::table
