#include "config/places.hpp"

#include <algorithm>

namespace sluice::config {

std::string place_text(const std::string& name, Mark mark, std::string_view path)
{
    std::string text = name;
    if (mark.line > 0) text += ":" + std::to_string(mark.line) + ":" + std::to_string(mark.column);
    if (path.empty()) return text;
    return text + ": " + std::string(path);
}

std::vector<Error> in_order(std::vector<PlacedError> errors)
{
    const auto before = [](const PlacedError& a, const PlacedError& b) { return a.mark < b.mark; };
    std::stable_sort(errors.begin(), errors.end(), before);
    std::vector<Error> ordered;
    for (PlacedError& placed : errors)
        ordered.push_back(std::move(placed.error));
    return ordered;
}

Mark Places::mark(std::string_view path) const
{
    for (;;) {
        if (const auto found = marks_.find(path); found != marks_.end()) return found->second;
        const std::size_t end = path.find_last_of(".[");
        if (end == std::string_view::npos) return {1, 1};
        path = path.substr(0, end);
    }
}

} // namespace sluice::config
