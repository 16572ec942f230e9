// The list of commands and their manuals, out of the table.
#include "tools/sluicectl/handlers.hpp"
#include "tools/sluicectl/invocation.hpp"
#include "tools/sluicectl/table.hpp"

namespace sluice::ctl {
namespace {

std::string call_of(const Command& command)
{
    return std::string(command.name) + (command.arguments.empty() ? "" : " " + std::string(command.arguments));
}

std::string overview()
{
    Table list({{"  COMMAND"}, {"WHAT"}});
    for (const Command& command : commands())
        list.add({"  " + call_of(command), std::string(command.summary)});
    return "sluicectl [--node NAME | --run-dir DIR] COMMAND [OPTIONS]\n\n" + list.text() +
           "\nEvery command takes --json, and what reads takes --watch. `sluicectl help COMMAND` prints its manual.\n"
           "Exit: 0 fine, 1 a finding (unbalanced, refused, different), 2 wrong usage, 3 the node did not answer.\n";
}

std::string manual_of(const Command& command)
{
    Table options({{"  OPTION"}, {"MEANING"}});
    const auto add = [&](const Option& option) {
        const std::string value = option.value.empty() ? "" : " " + std::string(option.value);
        options.add({"  --" + std::string(option.name) + value, std::string(option.meaning)});
    };
    for (const Option& option : command.options)
        add(option);
    if (command.reads) add(watch_option);
    for (const Option& option : global_options())
        add(option);
    std::string text = "sluicectl " + call_of(command) + " [OPTIONS]: " + std::string(command.summary) + "\n\n";
    if (!command.manual.empty()) text += std::string(command.manual) + "\n\n";
    return text + options.text();
}

} // namespace

Outcome print_help(const Invocation& invocation, Node&)
{
    if (invocation.word().empty()) return Report{overview()};
    const Command* command = find_command(invocation.word());
    if (command == nullptr) return trouble(Exit::usage, "there is no command '" + invocation.word() + "'");
    return Report{manual_of(*command)};
}

} // namespace sluice::ctl
