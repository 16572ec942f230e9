// What the commands do. Each file named beside them holds the asking and the wording of its subject.
#pragma once

#include "tools/sluicectl/outcome.hpp"

namespace sluice::ctl {

class Invocation;
class Node;

Outcome show_status(const Invocation& invocation, Node& node);        // status.cpp
Outcome show_drops(const Invocation& invocation, Node& node);         // drops.cpp
Outcome explain(const Invocation& invocation, Node& node);            // why.cpp
Outcome show_services(const Invocation& invocation, Node& node);      // services.cpp
Outcome show_sessions(const Invocation& invocation, Node& node);      // sessions.cpp
Outcome show_routes(const Invocation& invocation, Node& node);        // routes.cpp
Outcome show_neighbors(const Invocation& invocation, Node& node);     // forwarding.cpp
Outcome show_tunnels(const Invocation& invocation, Node& node);       // forwarding.cpp
Outcome show_networks(const Invocation& invocation, Node& node);      // machine.cpp
Outcome show_ports(const Invocation& invocation, Node& node);         // machine.cpp
Outcome show_workers(const Invocation& invocation, Node& node);       // machine.cpp
Outcome show_feeds(const Invocation& invocation, Node& node);         // feeds.cpp
Outcome show_announcements(const Invocation& invocation, Node& node); // announcements.cpp
Outcome check_file(const Invocation& invocation, Node& node);         // check.cpp
Outcome diff_file(const Invocation& invocation, Node& node);          // apply.cpp
Outcome apply_file(const Invocation& invocation, Node& node);         // apply.cpp
Outcome confirm_trial(const Invocation& invocation, Node& node);      // apply.cpp
Outcome roll_back(const Invocation& invocation, Node& node);          // apply.cpp
Outcome drain(const Invocation& invocation, Node& node);              // drain.cpp
Outcome undrain(const Invocation& invocation, Node& node);            // drain.cpp
Outcome examine_machine(const Invocation& invocation, Node& node);    // doctor.cpp
Outcome print_help(const Invocation& invocation, Node& node);         // help.cpp
Outcome print_completion(const Invocation& invocation, Node& node);   // completion.cpp

} // namespace sluice::ctl
