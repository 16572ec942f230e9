// The programmed objects, with a transaction on top that is kept or taken back as a whole. Written and read by the
// table server's thread only; grows with what the control process sends, bounded by the limits that validation checks.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <map>
#include <optional>

#include "dataplane/table/build/object_key.hpp"

namespace sluice::table {

// Which kinds a transaction really changed: writing what is there already changes nothing.
class Changes {
public:
    static Changes all() { return Changes(~0U); }

    Changes() = default;
    void add(Kind kind) { kinds_ |= 1U << kind; }
    [[nodiscard]] bool any(std::initializer_list<Kind> kinds) const
    {
        for (const Kind kind : kinds)
            if ((kinds_ >> kind & 1U) != 0) return true;
        return false;
    }

private:
    explicit Changes(unsigned kinds)
        : kinds_(kinds)
    {
    }
    unsigned kinds_ = 0;
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
    std::map<ObjectKey, std::optional<api::Object>> undo_; // what the open transaction touched, as it was before
};

} // namespace sluice::table
