#include "config/places.hpp"

namespace sluice::config {

std::string place_text(const std::string& name, Mark mark, std::string_view path)
{
    std::string text = name;
    if (mark.line > 0) text += ":" + std::to_string(mark.line) + ":" + std::to_string(mark.column);
    if (path.empty()) return text;
    return text + ": " + std::string(path);
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
