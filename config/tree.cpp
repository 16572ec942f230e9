// From yaml-cpp's events to our tree; see tree.hpp for what is refused here and why.
#include "config/tree.hpp"

#include <algorithm>
#include <sstream>

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "config/places.hpp"

namespace sluice::config {
namespace {

Mark from_yaml(const YAML::Mark& mark)
{
    return {mark.line + 1, mark.column + 1};
}

// Keeps a stack of the containers that are open. A pointer on it stays valid: only the innermost container grows.
class TreeBuilder final : public YAML::EventHandler {
public:
    TreeBuilder(Tree& root, const std::string& name, std::vector<Error>& errors)
        : root_(root)
        , name_(name)
        , errors_(errors)
    {
    }

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override
    {
        refuse_anchor(mark, anchor);
        place({Tree::Kind::null, "", false, from_yaml(mark), {}});
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override
    {
        refuse(mark, "an alias (*name) is not read here; write the value out");
        place({Tree::Kind::null, "", false, from_yaml(mark), {}});
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override
    {
        refuse_anchor(mark, anchor);
        refuse_tag(mark, tag);
        refuse_unprintable(mark, value);
        place({Tree::Kind::scalar, value, tag == "!", from_yaml(mark), {}});
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override
    {
        refuse_anchor(mark, anchor);
        refuse_tag(mark, tag);
        open(mark, Tree::Kind::list);
    }

    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override
    {
        refuse_anchor(mark, anchor);
        refuse_tag(mark, tag);
        open(mark, Tree::Kind::map);
    }

    void OnSequenceEnd() override { open_.pop_back(); }
    void OnMapEnd() override { open_.pop_back(); }

private:
    struct Open {
        Tree* tree;
        bool key_read = false; // a map's events alternate between key and value
    };

    void refuse(const YAML::Mark& mark, std::string what)
    {
        errors_.push_back({place_text(name_, from_yaml(mark), ""), std::move(what)});
    }

    void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor)
    {
        if (anchor != YAML::NullAnchor)
            refuse(mark, "an anchor (&name) is not read here; write the value where it is used");
    }

    void refuse_tag(const YAML::Mark& mark, const std::string& tag)
    {
        if (!tag.empty() && tag != "?" && tag != "!") refuse(mark, "a tag (!name) is not read here; remove it");
    }

    // Messages, sockets and logs carry what is written here, on one line. Comments are free.
    void refuse_unprintable(const YAML::Mark& mark, const std::string& value)
    {
        const auto is_printable = [](char c) { return c >= 0x20 && c <= 0x7E; };
        if (!std::all_of(value.begin(), value.end(), is_printable))
            refuse(mark, "a value with a line break or characters outside ASCII; write printable ASCII on one line");
    }

    void open(const YAML::Mark& mark, Tree::Kind kind)
    {
        if (Tree* opened = place({kind, "", false, from_yaml(mark), {}})) open_.push_back({opened});
    }

    // Puts a node where the innermost container expects it, as key or as value.
    Tree* place(Tree node)
    {
        if (open_.empty()) {
            root_ = std::move(node);
            return &root_;
        }
        Open& parent = open_.back();
        std::vector<TreeEntry>& entries = parent.tree->entries;
        if (parent.tree->kind == Tree::Kind::map && !parent.key_read) {
            parent.key_read = true;
            if (node.kind != Tree::Kind::scalar)
                errors_.push_back({place_text(name_, node.mark, ""), "a key must be a name"});
            entries.push_back({node.text, node.mark, std::move(node)});
            return &entries.back().value;
        }
        if (parent.tree->kind == Tree::Kind::list) entries.emplace_back();
        parent.key_read = false;
        entries.back().value = std::move(node);
        return &entries.back().value;
    }

    Tree& root_;
    const std::string& name_;
    std::vector<Error>& errors_;
    std::vector<Open> open_;
};

// YAML forbids tabs in indentation and yaml-cpp does not always say so; other control characters are no text.
std::vector<Error> control_characters(const std::string& text, const std::string& name)
{
    std::vector<Error> errors;
    std::istringstream lines(text);
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
        const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\r'; };
        const auto found = std::find_if(line.begin(), line.end(), is_control);
        if (found == line.end()) continue;
        const Mark mark{number, static_cast<int>(found - line.begin()) + 1};
        const std::string what = *found == '\t' ? "a tab; indent and separate with spaces" : "a control character";
        errors.push_back({place_text(name, mark, ""), what});
    }
    return errors;
}

void parse_document(const std::string& text, const std::string& name, Tree& root, std::vector<Error>& errors)
{
    std::istringstream stream(text);
    try {
        YAML::Parser parser(stream);
        TreeBuilder builder(root, name, errors);
        parser.HandleNextDocument(builder);
        Tree second;
        TreeBuilder rest(second, name, errors);
        if (parser.HandleNextDocument(rest))
            errors.push_back({place_text(name, second.mark, ""), "a second document; write everything in one"});
    } catch (const YAML::DeepRecursion& deep) {
        errors.push_back({place_text(name, from_yaml(deep.mark), ""), "nested too deep; no key is that far down"});
    } catch (const YAML::Exception& wrong) {
        errors.push_back({place_text(name, from_yaml(wrong.mark), ""), "not YAML: " + wrong.msg});
    }
}

} // namespace

const Tree* Tree::find(std::string_view key) const
{
    const auto found = std::find_if(entries.begin(), entries.end(), [&](const TreeEntry& e) { return e.key == key; });
    return found == entries.end() ? nullptr : &found->value;
}

tl::expected<Tree, std::vector<Error>> parse_yaml(const std::string& text, const std::string& name)
{
    if (text.size() > largest_file_bytes)
        return tl::unexpected(std::vector<Error>{{name, "is larger than 1 MiB; a configuration never is"}});
    if (std::vector<Error> errors = control_characters(text, name); !errors.empty()) return tl::unexpected(errors);
    Tree root;
    std::vector<Error> errors;
    parse_document(text, name, root, errors);
    if (errors.empty() && root.kind == Tree::Kind::null) errors.push_back({name, "is empty; start with version: 1"});
    if (!errors.empty()) return tl::unexpected(errors);
    return root;
}

} // namespace sluice::config
