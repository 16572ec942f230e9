// Command lines by Boost.Program_options, whose exceptions end here.
#include "tools/sluicectl/invocation.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>

#include <boost/program_options.hpp>

namespace sluice::ctl {
namespace {

namespace po = boost::program_options;

template<class Number>
std::optional<Number> whole_number(std::string_view text)
{
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// The first word that is neither an option nor the value of one: global options may stand before the command.
std::string command_word(const std::vector<std::string>& arguments)
{
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& argument = arguments[i];
        if (!argument.starts_with("-")) return argument;
        const auto takes_next = [&](const Option& option) {
            return !option.value.empty() && argument == "--" + std::string(option.name);
        };
        if (std::ranges::any_of(global_options(), takes_next)) ++i;
    }
    return {};
}

void describe(po::options_description& into, const Option& option)
{
    if (option.value.empty())
        into.add_options()(std::string(option.name).c_str(), "");
    else
        into.add_options()(std::string(option.name).c_str(), po::value<std::string>(), "");
}

po::parsed_options parse_strictly(const std::vector<std::string>& arguments, const Command& command)
{
    po::options_description described;
    for (const Option& option : global_options())
        describe(described, option);
    for (const Option& option : command.options)
        describe(described, option);
    if (command.reads) describe(described, watch_option);
    described.add_options()("words", po::value<std::vector<std::string>>(), "");
    po::positional_options_description words;
    words.add("words", -1);
    const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    return po::command_line_parser(arguments).options(described).positional(words).style(style).run();
}

// `words` without the command itself: as many as the table says.
tl::expected<void, Trouble> check_words(const Command& command, const std::vector<std::string>& words)
{
    const std::string name(command.name);
    std::istringstream arguments{std::string(command.arguments)};
    std::size_t least = 0, most = 0;
    for (std::string argument; arguments >> argument; ++most)
        if (!argument.starts_with('[')) ++least;
    if (words.size() < least) return trouble(Exit::usage, name + " needs " + std::string(command.arguments));
    if (words.size() > most) return trouble(Exit::usage, name + " does not know what '" + words[most] + "' is for");
    return {};
}

} // namespace

tl::expected<Invocation, Trouble> Invocation::parse(const std::vector<std::string>& arguments)
{
    const std::string name = command_word(arguments);
    Invocation invocation;
    invocation.command_ = find_command(name.empty() ? "help" : name);
    if (invocation.command_ == nullptr) return trouble(Exit::usage, "there is no command '" + name + "'");
    std::vector<std::string> words;
    try {
        for (const auto& option : parse_strictly(arguments, *invocation.command_).options) {
            const std::string value = option.value.empty() ? "" : option.value.front();
            if (option.string_key == "words")
                words.push_back(value);
            else if (!invocation.options_.emplace(option.string_key, value).second)
                return trouble(Exit::usage, "--" + option.string_key + " is given twice");
        }
    } catch (const po::error& error) {
        return trouble(Exit::usage, error.what());
    }
    if (!words.empty()) words.erase(words.begin());
    if (invocation.has("help")) {
        words = name.empty() ? words : std::vector{name};
        invocation.command_ = find_command("help");
    }
    if (const auto fits = check_words(*invocation.command_, words); !fits) return tl::unexpected(fits.error());
    invocation.words_ = std::move(words);
    return invocation;
}

std::string Invocation::text(std::string_view option) const
{
    const auto found = options_.find(option);
    return found == options_.end() ? std::string() : found->second;
}

tl::expected<std::optional<std::uint32_t>, Trouble> Invocation::number(std::string_view option) const
{
    if (!has(option)) return std::nullopt;
    const auto value = whole_number<std::uint32_t>(text(option));
    if (!value) return trouble(Exit::usage, "--" + std::string(option) + ": '" + text(option) + "' is no number");
    return value;
}

tl::expected<std::optional<std::chrono::seconds>, Trouble> Invocation::time(std::string_view option) const
{
    if (!has(option)) return std::nullopt;
    const std::string given = text(option);
    const std::string_view digits = std::string_view(given).substr(0, given.empty() ? 0 : given.size() - 1);
    const auto count = whole_number<std::uint32_t>(digits);
    if (count && given.back() == 's') return std::chrono::seconds(*count);
    if (count && given.back() == 'm') return std::chrono::minutes(*count);
    if (count && given.back() == 'h') return std::chrono::hours(*count);
    return trouble(Exit::usage, "--" + std::string(option) + ": '" + given + "' is no time; write 60s, 5m or 1h");
}

} // namespace sluice::ctl
