// Text in columns: a heading, rows, two blanks between, numbers to the right. Cells from outside cannot reach the
// terminal's control sequences.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::ctl {

struct Column {
    std::string title;
    bool right = false; // numbers
};

class Table {
public:
    explicit Table(std::vector<Column> columns)
        : columns_(std::move(columns))
    {
    }

    void add(std::vector<std::string> cells); // one per column; missing ones are empty
    [[nodiscard]] bool empty() const { return rows_.empty(); }
    [[nodiscard]] std::string text() const; // the heading and the rows, each with its line's end

private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

// Characters on the screen: code points of UTF-8.
[[nodiscard]] std::size_t width_of(std::string_view text);
// Control characters become '?': names come from files and registries.
[[nodiscard]] std::string printable(std::string_view text);
[[nodiscard]] std::string printable_lines(std::string_view text); // ends of lines stay

} // namespace sluice::ctl
