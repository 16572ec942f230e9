#include "control/options.hpp"

#include "config/command_line.hpp"

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
    const auto values = config::read_command_line(argc, argv, description(options));
    if (!values) return tl::unexpected(values.error());
    options.help = values->contains("help");
    if (!options.help && options.config.empty()) return fail("", "--config FILE is missing");
    if (const auto known = config::check_log_level(options.log_level); !known) return tl::unexpected(known.error());
    return options;
}

std::string usage()
{
    Options unused;
    return config::usage_of(description(unused));
}

} // namespace sluice::control
