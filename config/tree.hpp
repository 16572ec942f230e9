// The YAML text as a tree of ours: every entry in order, duplicates kept, each with its place in the text.
// Only tree.cpp sees yaml-cpp. Its events are used, not its nodes: nodes expand aliases (a few lines can become
// gigabytes), return the first of two equal keys and read 010 as 8; here a scalar stays the text that was written.
#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "dataplane/base/result.hpp"

namespace sluice::config {

// Line and column, both counted from 1; 0 means unknown.
struct Mark {
    int line = 0;
    int column = 0;
    auto operator<=>(const Mark&) const = default; // the order of the text
};

struct TreeEntry;

struct Tree {
    enum class Kind { null, scalar, list, map };

    Kind kind = Kind::null;
    std::string text;    // of a scalar, exactly as written, without its quotes
    bool quoted = false; // a quoted scalar is a text, whatever it looks like
    Mark mark;
    std::vector<TreeEntry> entries; // of a map or list, in the order of the file

    [[nodiscard]] const Tree* find(std::string_view key) const; // the first entry with this key, or nullptr
};

struct TreeEntry {
    std::string key; // empty in a list
    Mark mark;       // of the key
    Tree value;
};

// A configuration larger than this is a mistake; it is refused before it is parsed.
constexpr std::size_t largest_file_bytes = 1 << 20;

// One document. Refused: empty text, tabs and other control characters, anchors, aliases, tags, a second document.
// `name` is what places start with.
[[nodiscard]] tl::expected<Tree, std::vector<Error>> parse_yaml(const std::string& text, const std::string& name);

// The bytes of a regular file of at most largest_file_bytes.
[[nodiscard]] Result<std::string> read_text_file(const std::string& path);

} // namespace sluice::config
