// Boost.Program_options; its exceptions end here.
#include "control/options.hpp"

#include <sstream>

#include <boost/program_options.hpp>

namespace sluice::control {
namespace {

namespace po = boost::program_options;

po::options_description description(Options& options)
{
    po::options_description all("sluice-control --config FILE");
    all.add_options()("help,h", "print this")("config", po::value(&options.config)->value_name("FILE"),
                                              "the node's configuration")(
        "check", po::bool_switch(&options.check), "check the configuration, print all errors, exit 1 if there is one")(
        "run-dir", po::value(&options.run_dir)->value_name("DIR"),
        "folder of dataplane.sock and control.sock; default /run/sluice/NODE")(
        "state-dir", po::value(&options.state_dir)->value_name("DIR"),
        "folder of the configurations applied; default /var/lib/sluice/NODE")(
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
    for (const char* known : {"debug", "info", "warning", "error"})
        if (options.log_level == known) return options;
    return fail("--log-level", "'" + options.log_level + "' is none of debug, info, warning, error");
}

std::string usage()
{
    Options unused;
    std::ostringstream text;
    text << description(unused);
    return text.str();
}

} // namespace sluice::control
