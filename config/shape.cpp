// A walk over the text's tree and the keys' tree together. The keys' tree is built from their paths:
// "nat.rules[].pool" is nat → rules → [] → pool, so a place allows a map, a list and a value as far as rows say so.
#include "config/shape.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "config/nearest.hpp"
#include "config/value.hpp"

namespace sluice::config {
namespace {

constexpr std::string_view any_name = "NAME";
constexpr std::string_view any_item = "[]";

struct Shape {
    const Key* key = nullptr; // set where a value stands
    std::map<std::string, std::unique_ptr<Shape>, std::less<>> below;

    [[nodiscard]] const Shape* find(std::string_view name) const
    {
        const auto found = below.find(name);
        return found == below.end() ? nullptr : found->second.get();
    }

    Shape& add(std::string_view name)
    {
        std::unique_ptr<Shape>& slot = below[std::string(name)];
        if (slot == nullptr) slot = std::make_unique<Shape>();
        return *slot;
    }
};

Shape shape_of(std::span<const Key> keys)
{
    Shape root;
    for (const Key& key : keys) {
        Shape* at = &root;
        for (std::string_view rest = key.path; !rest.empty();) {
            const std::size_t end =
                rest.starts_with(any_item) ? any_item.size() : std::min(rest.size(), rest.find_first_of(".["));
            at = &at->add(rest.substr(0, end));
            rest.remove_prefix(end);
            if (rest.starts_with('.')) rest.remove_prefix(1);
        }
        at->key = &key;
    }
    return root;
}

bool is_required(const Shape& shape)
{
    const Shape* item = shape.find(any_item);
    const Shape& value = item == nullptr ? shape : *item;
    return value.key != nullptr && value.key->required();
}

class Walk {
public:
    explicit Walk(Places& places)
        : places_(places)
    {
    }

    void node(const Shape& shape, const Tree& tree, const std::string& path)
    {
        switch (tree.kind) {
        case Tree::Kind::null:
            return error(path, places_.mark(path), "has no value; write " + expected(shape) + " or remove the key");
        case Tree::Kind::scalar:
            return scalar(shape, tree, path);
        case Tree::Kind::list:
            return list(shape, tree, path);
        case Tree::Kind::map:
            return map(shape, tree, path);
        }
    }

    std::vector<ShapeError> errors;

private:
    // What may stand at a place, in words.
    static std::string expected(const Shape& shape)
    {
        std::string text;
        const auto alternative = [&](bool possible, std::string words) {
            if (possible) text += (text.empty() ? "" : " or ") + words;
        };
        const bool list = shape.find(any_item) != nullptr;
        alternative(shape.key != nullptr, shape.key == nullptr ? "" : value_words(*shape.key));
        alternative(list, "a list");
        alternative(shape.below.size() > (list ? 1U : 0U), "a map");
        return text;
    }

    // A value that should be there is not, or not readable.
    void error(const std::string& path, Mark mark, std::string what) { report(path, mark, std::move(what), true); }

    // A key that should not be there; what the other keys say holds.
    void superfluous(const std::string& path, Mark mark, std::string what)
    {
        report(path, mark, std::move(what), false);
    }

    void report(const std::string& path, Mark mark, std::string what, bool value_lost)
    {
        const std::string section = path.substr(0, path.find_first_of(".["));
        errors.push_back({{mark, {place_text(places_.name(), mark, path), std::move(what)}}, section, value_lost});
    }

    void scalar(const Shape& shape, const Tree& tree, const std::string& path)
    {
        if (shape.key == nullptr)
            return error(path, tree.mark, "'" + tree.text + "' is a value; write " + expected(shape));
        if (auto wrong = value_problem(*shape.key, tree)) error(path, tree.mark, std::move(*wrong));
    }

    void list(const Shape& shape, const Tree& tree, const std::string& path)
    {
        const Shape* item = shape.find(any_item);
        if (item == nullptr) return error(path, tree.mark, "is a list; write " + expected(shape));
        if (tree.entries.empty() && item->key != nullptr && item->key->required())
            error(path, tree.mark, "is empty; name at least one");
        for (std::size_t i = 0; i < tree.entries.size(); ++i) {
            const std::string below = path + "[" + std::to_string(i) + "]";
            places_.add(below, tree.entries[i].value.mark);
            node(*item, tree.entries[i].value, below);
        }
    }

    void map(const Shape& shape, const Tree& tree, const std::string& path)
    {
        const bool list_only = shape.below.size() == 1 && shape.find(any_item) != nullptr;
        if (shape.below.empty() || list_only) return error(path, tree.mark, "is a map; write " + expected(shape));
        std::map<std::string, Mark> seen;
        for (const TreeEntry& entry : tree.entries) {
            const std::string below = path.empty() ? entry.key : path + "." + entry.key;
            const auto [first, fresh] = seen.emplace(entry.key, entry.mark);
            if (fresh)
                map_entry(shape, entry, below);
            else
                superfluous(below, entry.mark,
                            "is there twice; the first is in line " + std::to_string(first->second.line));
        }
        for (const auto& [name, child] : shape.below)
            if (is_required(*child) && !seen.contains(name))
                error(path.empty() ? name : path + "." + name, tree.mark, "is missing; it is required");
    }

    void map_entry(const Shape& shape, const TreeEntry& entry, const std::string& path)
    {
        const Tree& value = entry.value;
        places_.add(path, value.kind == Tree::Kind::scalar ? value.mark : entry.mark);
        if (const Shape* named = shape.find(any_name)) {
            if (auto wrong = name_problem(entry.key)) return error(path, entry.mark, std::move(*wrong));
            return node(*named, value, path);
        }
        if (const Shape* known = shape.find(entry.key); known != nullptr && entry.key != any_item)
            return node(*known, value, path);
        std::vector<std::string> names;
        for (const auto& [name, child] : shape.below)
            if (name != any_item) names.push_back(name);
        superfluous(path, entry.mark, "unknown key '" + entry.key + "'" + suggestion(entry.key, names));
    }

    Places& places_;
};

} // namespace

std::vector<ShapeError> check_shape(const Tree& root, std::span<const Key> keys, Places& places)
{
    const Shape shape = shape_of(keys);
    Walk walk(places);
    walk.node(shape, root, "");
    return std::move(walk.errors);
}

} // namespace sluice::config
