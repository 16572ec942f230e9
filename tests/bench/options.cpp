#include "tests/bench/options.hpp"

#include <charconv>
#include <sstream>

#include "config/command_line.hpp"
#include "dataplane/burst/pipeline.hpp"

namespace sluice::bench {
namespace {

namespace po = boost::program_options;

struct Texts {
    std::string flows;
    std::string tunnels;
    std::string bursts;
};

po::options_description description(Options& options, Texts& texts)
{
    po::options_description all("sluice-bench: cycles per packet, beside a floor and a budget");
    all.add_options()("help,h", "print this");
    all.add_options()("list", "the cases with their counts");
    all.add_options()("json", "a list of objects instead of a table");
    all.add_options()("quick", "few flows, short windows: proves that everything runs and no packet is lost");
    all.add_options()("stages", "where the cycles go: those of each pass of the express lane, too");
    all.add_options()("case", po::value(&options.cases)->value_name("NAME"), "this case; may be given several times");
    all.add_options()("flows", po::value(&texts.flows)->value_name("LIST"), "counts of flows: 1,16k,1M");
    all.add_options()("tunnels", po::value(&texts.tunnels)->value_name("LIST"), "counts of tunnels");
    all.add_options()("bursts", po::value(&texts.bursts)->value_name("LIST"), "packets per burst, 1 to 64: 8,32,64");
    all.add_options()("windows", po::value(&options.windows)->value_name("N"), "clean windows per row; default 31");
    all.add_options()("repository", po::value(&options.repository)->value_name("DIR"),
                      "where config/examples is; default: here");
    return all;
}

Result<std::vector<std::size_t>> parse_counts(const std::string& option, const std::string& text)
{
    std::vector<std::size_t> counts;
    std::istringstream words(text);
    for (std::string word; std::getline(words, word, ',');) {
        const auto count = parse_count(word);
        if (!count) return fail(option, count.error().text());
        counts.push_back(*count);
    }
    return counts;
}

Result<void> read_lists(Options& options, const Texts& texts)
{
    const auto flows = parse_counts("--flows", texts.flows);
    if (!flows) return tl::unexpected(flows.error());
    options.flows = *flows;
    const auto tunnels = parse_counts("--tunnels", texts.tunnels);
    if (!tunnels) return tl::unexpected(tunnels.error());
    options.tunnels = *tunnels;
    const auto bursts = parse_counts("--bursts", texts.bursts);
    if (!bursts) return tl::unexpected(bursts.error());
    for (const std::size_t burst : *bursts) {
        if (burst > burst_size)
            return fail("--bursts", "a burst has at most " + std::to_string(burst_size) + " packets");
        options.bursts.push_back(static_cast<unsigned>(burst));
    }
    if (options.windows == 0) return fail("--windows", "at least one");
    return {};
}

} // namespace

Result<Options> parse_options(int argc, const char* const* argv)
{
    Options options;
    Texts texts;
    const auto values = config::read_command_line(argc, argv, description(options, texts));
    if (!values) return tl::unexpected(values.error());
    options.help = values->contains("help");
    options.list = values->contains("list");
    options.json = values->contains("json");
    options.stages = values->contains("stages");
    options.quick = values->contains("quick");
    if (const auto read = read_lists(options, texts); !read) return tl::unexpected(read.error());
    return options;
}

std::string usage()
{
    Options unused;
    Texts texts;
    return config::usage_of(description(unused, texts));
}

Result<std::size_t> parse_count(const std::string& text)
{
    std::size_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    const std::string unit(end, text.data() + text.size());
    if (unit == "k") count *= 1'000;
    if (unit == "M") count *= 1'000'000;
    if (error != std::errc{} || count == 0 || (unit != "" && unit != "k" && unit != "M"))
        return fail("", "'" + text + "' is no count such as 1, 16k or 8M");
    return count;
}

std::string count_text(std::size_t count)
{
    if (count % 1'000'000 == 0) return std::to_string(count / 1'000'000) + "M";
    if (count % 1'000 == 0) return std::to_string(count / 1'000) + "k";
    return std::to_string(count);
}

} // namespace sluice::bench
