// Boost.Program_options; its exceptions end here.
#include "dataplane/options.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

#include <boost/program_options.hpp>

namespace sluice::dataplane {
namespace {

namespace po = boost::program_options;

constexpr std::array<std::string_view, 4> log_levels{"debug", "info", "warning", "error"};

po::options_description description(Options& options)
{
    po::options_description all("sluice-dataplane --config FILE");
    all.add_options()("help,h", "print this")("config", po::value(&options.config)->value_name("FILE"),
                                              "the node's configuration; read once, at the start")(
        "run-dir", po::value(&options.run_folder)->value_name("DIR"),
        "folder of dataplane.sock; default /run/sluice/NODE")(
        "log-level", po::value(&options.log_level)->value_name("LEVEL"), "debug, info (default), warning or error");
    return all;
}

} // namespace

Result<Options> parse_options(int argc, const char* const* argv)
{
    Options options;
    try {
        const po::options_description all = description(options);
        po::variables_map values;
        const po::parsed_options parsed = po::parse_command_line(argc, argv, all);
        const auto stray = po::collect_unrecognized(parsed.options, po::include_positional);
        if (!stray.empty()) return fail("", "'" + stray.front() + "' belongs to no option");
        po::store(parsed, values);
        po::notify(values);
        options.help = values.contains("help");
    } catch (const po::error& error) {
        return fail("", error.what());
    }
    if (!options.help && options.config.empty()) return fail("", "--config FILE is missing");
    if (std::find(log_levels.begin(), log_levels.end(), options.log_level) == log_levels.end())
        return fail("--log-level", "'" + options.log_level + "' is none of debug, info, warning, error");
    return options;
}

std::string usage()
{
    Options unused;
    std::ostringstream text;
    text << description(unused);
    return text.str();
}

} // namespace sluice::dataplane
