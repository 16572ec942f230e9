#include "config/nearest.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace sluice::config {
namespace {

// Damerau's distance, a row at a time: a letter too many, too few or wrong counts one, and so do two swapped ones.
std::size_t edit_distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> two_above;
    std::vector<std::size_t> above(b.size() + 1);
    std::iota(above.begin(), above.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::vector<std::size_t> row{i};
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row.push_back(std::min({changed, above[j] + 1, row[j - 1] + 1}));
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], two_above[j - 2] + 1);
        }
        two_above = std::exchange(above, std::move(row));
    }
    return above[b.size()];
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
