// The table. A new command is a row here and a function in handlers.hpp.
#include "tools/sluicectl/command.hpp"

#include <algorithm>
#include <array>

#include "tools/sluicectl/handlers.hpp"

namespace sluice::ctl {
namespace {

constexpr std::array<Option, 4> globals{{
    {"node", "NAME", "the node to ask; needed when several run on this machine"},
    {"run-dir", "DIR", "the folder with the node's sockets, instead of /run/sluice/NAME"},
    {"json", "", "print one JSON object: numbers as numbers, addresses as text"},
    {"help", "", "print the manual of the command"},
}};

constexpr std::array<Option, 4> drops_options{{
    {"check", "", "add up the counter law of every worker; exit 1 when it does not balance"},
    {"last", "", "show the last dropped packets instead of the counters"},
    {"pcap", "FILE", "with --last: write them to FILE for tcpdump and Wireshark as well"},
    {"limit", "N", "with --last: the newest N only (default: all that are kept)"},
}};

constexpr std::array<Option, 4> why_options{{
    {"length", "N", "bytes of the IP packet (default: its headers)"},
    {"ttl", "N", "its TTL or hop limit (default 64)"},
    {"established", "", "TCP in mid-stream instead of a SYN"},
    {"interface", "NAME", "where it comes in (default: where its source lives, or its tunnel ends)"},
}};

constexpr std::array<Option, 6> sessions_options{{
    {"network", "NAME", "sessions of this network"},
    {"address", "ADDRESS", "sessions with this address on any side, before or after translation"},
    {"port", "N", "sessions with this port on any side"},
    {"service", "NAME", "sessions of this service"},
    {"protocol", "NAME", "tcp, udp, icmp, icmpv6 or a number"},
    {"limit", "N", "show at most N (default 100; 0: all)"},
}};

constexpr std::array<Option, 1> apply_options{{
    {"confirm", "TIME",
     "go back to what was before unless 'sluicectl confirm' comes within TIME (2m, 90s; at most 24h)"},
}};

constexpr std::array<Option, 1> doctor_options{{
    {"root", "DIR", "examine a copy of /proc, /sys, /dev and /run below DIR, of another machine perhaps"},
}};

constexpr std::array<Option, 1> limit_options{{
    {"limit", "N", "show at most N (default: all)"},
}};

// A row reads as a paragraph.
// clang-format off
constexpr std::array<Command, 23> command_table{{
    {"status", "", "how the node is",
     "Both processes: what runs, since when, under which configuration; sessions, buffers, the counter law and every\n"
     "warning. Exit 3 only when the dataplane does not answer: without the control process the node forwards with\n"
     "what it has.",
     {}, true, show_status},
    {"drops", "", "packets that died, why, and what to do",
     "Counters since the dataplane's start, by reason. PORT and LAST are those of the newest packet that is kept.\n"
     "With --check the terms that each worker published are added up here, worker by worker and for all of them:\n"
     "received + injected + originated = sent + drops + punted + consumed + held.",
     drops_options, true, show_drops},
    {"why", "NETWORK SOURCE[:PORT] DESTINATION[:PORT][/PROTOCOL]", "what would become of a packet, step by step",
     "A packet made up from the words goes through the real pipeline over the live tables; nothing is sent, created\n"
     "or counted. It comes in the tunnel that its source lives behind. PROTOCOL is tcp (the default where there are\n"
     "ports), udp, icmp or icmpv6 (the default otherwise: a ping, PORT of the source its identifier). Exit 1 when it\n"
     "would be dropped. The cap on new sessions is not asked.\n"
     "Example: sluicectl why phones 100.64.0.7:41000 203.0.113.80:443/tcp",
     why_options, true, explain},
    {"services", "[NAME]", "virtual addresses and their backends",
     "SHARE is the part of the hash ring that a backend holds; one without keeps its flows and gets no new ones.\n"
     "STATE: used · waiting for its first check · unhealthy, since when and why · drained by the operator · weight 0\n"
     "in its source · not in registry, but drained. Without the control process: what is programmed.",
     {}, true, show_services},
    {"sessions", "", "translated flows",
     "One line per flow: who it is, what it becomes, what has passed each way, when it ends. Filters add up: a\n"
     "session must match all of them.",
     sessions_options, true, show_sessions},
    {"routes", "", "prefixes and next hops of every network",
     "A route with several next hops has one line per hop; flows are spread over them by hash and weight.",
     limit_options, true, show_routes},
    {"neighbors", "", "addresses on the links and their MACs",
     "SOURCE says who knows: static (the configuration) or kernel (ARP and ND).",
     limit_options, true, show_neighbors},
    {"tunnels", "", "VXLAN and GTP-U remote ends",
     "ID is the VNI, or the TEID that we write. A tunnel is unresolved while no route or no MAC leads to its remote\n"
     "end.",
     limit_options, true, show_tunnels},
    {"networks", "", "address spaces: public, VPCs, mobile networks",
     "Counters are those of packets that belonged to the network when they were received or sent.",
     {}, true, show_networks},
    {"ports", "", "ports and VLAN interfaces",
     "MISSED are packets that the NIC itself dropped because no worker fetched them in time; they stand beside the\n"
     "counter law, not in it. RX RING and TX RING are what each queue holds, if the driver tells: where MISSED grows\n"
     "though the workers have time left, raise ports.NAME.rx-descriptors.",
     {}, true, show_ports},
    {"workers", "", "polling threads, their load and their law",
     "BUSY is the share of cycles spent on packets since the worker's start. GAP is the longest time between two looks\n"
     "at its queues, sleeps included.",
     {}, true, show_workers},
    {"feeds", "", "sources of desired state",
     "Asks the control process. A feed that fails changes nothing until its hold time has passed. ACKNOWLEDGED is the\n"
     "time from its last change to the dataplane's word that packets meet it; P99 is that of the newest 1,024.",
     {}, true, show_feeds},
    {"announcements", "", "prefixes that routing daemons are told of",
     "KIND is service, eip or nat-pool, by which bgp.announce allows them. ANNOUNCED is how long the control process has\n"
     "known the kernel's route that stands for it; – when there is none (yet).",
     {}, true, show_announcements},
    {"check", "FILE", "check a configuration without touching a node",
     "Prints every error as file:line:column: path: what is wrong, or the memory that the tables take and what to\n"
     "reserve. Exit 1 when there is an error. Asks no process.",
     {}, false, check_file},
    {"diff", "FILE", "what applying a configuration would change",
     "The control process loads FILE and compares it with what it runs; nothing changes. Exit 1 when there are\n"
     "differences, 0 when there are none.",
     {}, false, diff_file},
    {"apply", "FILE", "make a configuration the running one",
     "The control process loads FILE and programs the difference, wholly or not at all. Sessions that it still\n"
     "allows are kept. What needs a restart is named. Needs root or the server's own user.\n"
     "With --confirm it is on trial: what was before comes back by itself unless it is confirmed in time, also when\n"
     "the control process is restarted meanwhile. Another configuration applied without --confirm ends the trial; one\n"
     "with it begins a new one, with the same way back.",
     apply_options, false, apply_file},
    {"confirm", "", "keep the configuration that is on trial",
     "Ends what 'apply --confirm' began. Exit 1 when nothing waits for it, or when it came too late. Needs root or the\n"
     "server's own user.",
     {}, false, confirm_trial},
    {"rollback", "[N]", "return to an earlier configuration",
     "N is the number that apply printed; without it, the one before the present one, or the one that a trial would go\n"
     "back to. Needs root or the server's own user.",
     {}, false, roll_back},
    {"drain", "node|backend [SERVICE] [ADDRESS[:PORT]]", "take traffic away without losing what is under way",
     "A node: what it announces is withdrawn, so that routing peers send their packets elsewhere; it forwards on. A\n"
     "backend: it keeps its flows and gets no new ones; without PORT every backend of the service with that address.\n"
     "Both until `undrain`, over restarts too. Needs root or the server's own user.\n"
     "Example: sluicectl drain backend order 10.1.0.31:8443",
     {}, false, drain},
    {"undrain", "node|backend [SERVICE] [ADDRESS[:PORT]]", "announce again, or give a drained backend new flows again",
     "A backend is used when its registry and its health checks say so too. Needs root or the server's own user.",
     {}, false, undrain},
    {"doctor", "[FILE]", "what this machine lacks for the node of a configuration",
     "Looks at hugepages, IOMMU, drivers, NUMA nodes, cores, interrupts, clocks, links and MTUs. Each finding says what\n"
     "was found, where it was read, what comes of it, and the command that mends it; nothing is changed. Without FILE\n"
     "only what needs no configuration is judged. Exit 1 when there is a finding. Asks no process.",
     doctor_options, false, examine_machine},
    {"help", "[COMMAND]", "the list of commands, or one command's manual", "", {}, false, print_help},
    {"completion", "bash", "print the shell's completion",
     "To use it: source <(sluicectl completion bash)", {}, false, print_completion},
}};
// clang-format on

} // namespace

std::span<const Command> commands()
{
    return command_table;
}

std::span<const Option> global_options()
{
    return globals;
}

const Command* find_command(std::string_view name)
{
    const auto* found = std::find_if(command_table.begin(), command_table.end(),
                                     [&](const Command& command) { return command.name == name; });
    return found == command_table.end() ? nullptr : found;
}

} // namespace sluice::ctl
