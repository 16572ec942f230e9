// Completion for bash, out of the table: commands first, then each command's options, files where a FILE is wanted.
#include "tools/sluicectl/handlers.hpp"
#include "tools/sluicectl/invocation.hpp"

namespace sluice::ctl {
namespace {

std::string options_of(const Command& command)
{
    std::string words;
    for (const Option& option : command.options)
        words += " --" + std::string(option.name);
    if (command.reads) words += " --" + std::string(watch_option.name);
    for (const Option& option : global_options())
        words += " --" + std::string(option.name);
    return words;
}

std::string command_names()
{
    std::string names;
    for (const Command& command : commands())
        names += (names.empty() ? "" : " ") + std::string(command.name);
    return names;
}

// What may stand where the command's own word is expected.
std::string words_of(const Command& command)
{
    if (command.name == "help") return " " + command_names();
    if (command.arguments.starts_with("backend ")) return " backend";
    return command.name == "completion" ? " bash" : "";
}

std::string bash()
{
    std::string script =
        "_sluicectl() {\n"
        "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= i\n"
        "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
        "        case ${COMP_WORDS[i]} in\n"
        "        --node | --run-dir) ((i++)) ;;\n"
        "        -*) ;;\n"
        "        *) command=${COMP_WORDS[i]}; break ;;\n"
        "        esac\n"
        "    done\n"
        "    case $before in\n"
        "    --pcap) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n"
        "    --run-dir | --root) COMPREPLY=($(compgen -d -- \"$word\")); return ;;\n"
        "    --node) COMPREPLY=($(compgen -W \"$(ls /run/sluice 2>/dev/null)\" -- \"$word\")); return ;;\n"
        "    esac\n"
        "    case $command in\n";
    for (const Command& command : commands()) {
        const std::string files =
            command.arguments == "FILE" || command.arguments == "[FILE]" ? " $(compgen -f -- \"$word\")" : "";
        script += "    " + std::string(command.name) + ") COMPREPLY=($(compgen -W \"" + words_of(command) +
                  options_of(command) + "\" -- \"$word\")" + files + ") ;;\n";
    }
    return script + "    *) COMPREPLY=($(compgen -W \"" + command_names() +
           " --node --run-dir\" -- \"$word\")) ;;\n    esac\n}\ncomplete -F _sluicectl sluicectl\n";
}

} // namespace

Outcome print_completion(const Invocation& invocation, Node&)
{
    if (invocation.word() != "bash")
        return trouble(Exit::usage, "completion is there for bash, not for '" + invocation.word() + "'");
    return Report{bash()};
}

} // namespace sluice::ctl
