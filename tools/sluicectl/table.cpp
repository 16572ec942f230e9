// Two passes: widths, then lines.
#include "tools/sluicectl/table.hpp"

#include <algorithm>

namespace sluice::ctl {
namespace {

constexpr std::string_view gap = "  ";

bool is_control(char character)
{
    const auto byte = static_cast<unsigned char>(character);
    return byte < 0x20 || byte == 0x7F;
}

} // namespace

std::size_t width_of(std::string_view text)
{
    const auto starts = [](char character) { return (static_cast<unsigned char>(character) & 0xC0) != 0x80; };
    return static_cast<std::size_t>(std::ranges::count_if(text, starts));
}

std::string printable(std::string_view text)
{
    std::string out(text);
    std::ranges::replace_if(out, is_control, '?');
    return out;
}

std::string printable_lines(std::string_view text)
{
    std::string out(text);
    std::ranges::replace_if(
        out, [](char character) { return is_control(character) && character != '\n'; }, '?');
    return out;
}

void Table::add(std::vector<std::string> cells)
{
    cells.resize(columns_.size());
    std::ranges::transform(cells, cells.begin(), [](const std::string& cell) { return printable(cell); });
    rows_.push_back(std::move(cells));
}

std::string Table::text() const
{
    std::vector<std::size_t> widths;
    for (std::size_t column = 0; column < columns_.size(); ++column) {
        std::size_t width = width_of(columns_[column].title);
        for (const auto& row : rows_)
            width = std::max(width, width_of(row[column]));
        widths.push_back(width);
    }
    std::string out;
    const auto line = [&](const auto& cell_of) {
        std::string written;
        for (std::size_t column = 0; column < columns_.size(); ++column) {
            const std::string& cell = cell_of(column);
            const std::string blanks(widths[column] - width_of(cell), ' ');
            if (column > 0) written += gap;
            written += columns_[column].right ? blanks + cell : cell + blanks;
        }
        written.erase(written.find_last_not_of(' ') + 1);
        out += written + '\n';
    };
    line([&](std::size_t column) -> const std::string& { return columns_[column].title; });
    for (const auto& row : rows_)
        line([&](std::size_t column) -> const std::string& { return row[column]; });
    return out;
}

} // namespace sluice::ctl
