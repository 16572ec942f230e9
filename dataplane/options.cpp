#include "dataplane/options.hpp"

#include "config/command_line.hpp"

namespace sluice::dataplane {
namespace {

namespace po = boost::program_options;

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

} // namespace sluice::dataplane
