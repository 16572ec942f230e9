#include "config/nearest.hpp"

#include <algorithm>
#include <numeric>

namespace sluice::config {
namespace {

// Levenshtein's distance, one row at a time.
std::size_t edit_distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[b.size()];
}

} // namespace

std::string suggestion(std::string_view name, const std::vector<std::string>& known)
{
    constexpr std::size_t longest_name = 256; // a mistyped key is short; anything longer is near to nothing
    if (known.empty()) return "";
    const auto distance = [&](const std::string& candidate) { return edit_distance(name, candidate); };
    const auto nearer = [&](const std::string& a, const std::string& b) { return distance(a) < distance(b); };
    if (name.size() < longest_name) {
        const std::string& nearest = *std::min_element(known.begin(), known.end(), nearer);
        if (distance(nearest) <= std::max<std::size_t>(1, nearest.size() / 3))
            return ", did you mean '" + nearest + "'?";
    }
    std::string list = "; known here: ";
    for (const std::string& candidate : known)
        list += (&candidate == &known.front() ? "" : ", ") + candidate;
    return list;
}

} // namespace sluice::config
