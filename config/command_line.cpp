#include "config/command_line.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

namespace sluice::config {

namespace po = boost::program_options;

Result<po::variables_map> read_command_line(int argc, const char* const* argv, const po::options_description& known)
{
    try {
        const po::parsed_options parsed = po::parse_command_line(argc, argv, known);
        const auto stray = po::collect_unrecognized(parsed.options, po::include_positional);
        if (!stray.empty()) return fail("", "'" + stray.front() + "' belongs to no option");
        po::variables_map values;
        po::store(parsed, values);
        po::notify(values);
        return values;
    } catch (const po::error& error) {
        return fail("", error.what());
    }
}

std::string usage_of(const po::options_description& known)
{
    std::ostringstream text;
    text << known;
    return text.str();
}

Result<void> check_log_level(const std::string& level)
{
    constexpr std::array<std::string_view, 4> levels{"debug", "info", "warning", "error"};
    if (std::find(levels.begin(), levels.end(), level) != levels.end()) return {};
    return fail("--log-level", "'" + level + "' is none of debug, info, warning, error");
}

} // namespace sluice::config
