// The one table of commands. Parsing, help, completion and manual are read from it and from nothing else.
#pragma once

#include <span>
#include <string_view>

#include "tools/sluicectl/outcome.hpp"

namespace sluice::ctl {

class Invocation;
class Node;

struct Option {
    std::string_view name;  // without the dashes
    std::string_view value; // what stands for its value in the help ("N", "FILE"); empty: a switch
    std::string_view meaning;
};

struct Command {
    std::string_view name;
    std::string_view arguments; // "FILE": required; "[NAME]": may be given, after those; "A B": one each; empty: none
    std::string_view summary;   // one line
    std::string_view manual;    // paragraphs of `sluicectl help COMMAND`
    std::span<const Option> options;
    bool reads; // a noun: may be repeated, so --watch is offered
    Outcome (*run)(const Invocation&, Node&);
};

[[nodiscard]] std::span<const Command> commands();
[[nodiscard]] const Command* find_command(std::string_view name); // nullptr: there is none
[[nodiscard]] std::span<const Option> global_options();           // for every command

inline constexpr Option watch_option{"watch", "", "repeat every two seconds until interrupted (Ctrl-C)"};

} // namespace sluice::ctl
