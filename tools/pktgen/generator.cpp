// The builtin generator: sluice-pktgen NAME ORDERS ANSWERS CORE SOCKET0 FRAMES0 SOCKET1 FRAMES1, where FRAMES may be
// "-" and NAME is of DPDK's folder in /run/dpdk. Reads orders from one pipe, a line each, and answers each with a line
// of JSON on the other; drive.lua makes Pktgen-DPDK speak the same:
//   send PPS MILLISECONDS    at that rate for that long
//   count PPS FRAMES         that many frames of each sending port
#include <cstdio>
#include <fstream>
#include <sstream>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_errno.h>

#include "tools/pktgen/tester.hpp"

namespace sluice::pktgen {
namespace {

struct Options {
    std::string name, orders, answers, core;
    std::array<std::string, port_count> sockets, frames;
};

// The client decides the size of the rings: 4,096 frames, as many as a NIC's.
std::string device(const Options& options, std::size_t port)
{
    return "net_memif" + std::to_string(port) +
           ",role=client,id=0,rsize=12,socket-abstract=no,socket=" + options.sockets[port];
}

Result<void> start_environment(const Options& options)
{
    std::vector<std::string> words{
        "sluice-pktgen",     "--no-huge",   "-m",    "256",           "--no-pci",   "--no-telemetry", "--lcores",
        "0@" + options.core, "--log-level", "error", "--file-prefix", options.name, "--no-shconf"};
    for (std::size_t port = 0; port < port_count; ++port)
        words.insert(words.end(), {"--vdev", device(options, port)});
    std::vector<char*> pointers;
    for (std::string& word : words)
        pointers.push_back(word.data());
    if (rte_eal_init(static_cast<int>(pointers.size()), pointers.data()) < 0)
        return fail("DPDK", rte_strerror(rte_errno));
    return {};
}

Result<std::array<std::optional<Frames>, port_count>> read_frames(const Options& options)
{
    std::array<std::optional<Frames>, port_count> all;
    for (std::size_t port = 0; port < port_count; ++port) {
        if (options.frames[port] == "-") continue;
        auto frames = Frames::read(options.frames[port]);
        if (!frames) return tl::unexpected(frames.error());
        all[port] = *std::move(frames);
    }
    if (!all[0] && !all[1]) return fail("frames", "no port has any");
    return all;
}

std::optional<Order> order_of(const std::string& line)
{
    std::istringstream words(line);
    std::string verb;
    Order order;
    std::uint64_t amount = 0;
    if (!(words >> verb >> order.packets_per_second >> amount) || order.packets_per_second == 0 || amount == 0)
        return std::nullopt;
    if (verb != "send" && verb != "count") return std::nullopt;
    (verb == "send" ? order.milliseconds : order.frames) = amount;
    return order;
}

std::string answer_of(Outcome& outcome)
{
    std::ostringstream json;
    json << "{\"ports\": [";
    for (std::size_t port = 0; port < port_count; ++port) {
        const PortCounts& counts = outcome.ports[port];
        json << (port == 0 ? "" : ", ") << "{\"sent\": " << counts.sent << ", \"received\": " << counts.received
             << ", \"missed\": " << counts.missed << "}";
    }
    json << "], \"sending_ns\": " << outcome.sending_ns;
    if (outcome.latencies.count() != 0) {
        const double ns_per_cycle = 1e9 / static_cast<double>(rte_get_tsc_hz());
        const auto ns = [&](double share) {
            return static_cast<std::uint64_t>(static_cast<double>(outcome.latencies.cycles_at(share)) * ns_per_cycle);
        };
        json << ", \"latency_ns\": {\"least\": " << ns(0) << ", \"median\": " << ns(0.5) << ", \"p99\": " << ns(0.99)
             << ", \"most\": " << ns(1) << "}";
    }
    json << "}";
    return json.str();
}

int serve(const Options& options)
{
    auto frames = read_frames(options);
    if (!frames) return std::fprintf(stderr, "%s\n", frames.error().text().c_str()), 1;
    if (const auto started = start_environment(options); !started)
        return std::fprintf(stderr, "%s\n", started.error().text().c_str()), 1;
    auto tester = Tester::open(*std::move(frames));
    if (!tester) return std::fprintf(stderr, "%s\n", tester.error().text().c_str()), 1;
    std::ofstream answers(options.answers);
    std::ifstream orders(options.orders);
    answers << "ready" << std::endl;
    for (std::string line; std::getline(orders, line);) {
        const auto order = order_of(line);
        if (!order) {
            answers << "{\"error\": \"no order\"}" << std::endl;
            continue;
        }
        Outcome outcome = tester->run(*order);
        answers << answer_of(outcome) << std::endl;
    }
    rte_eal_cleanup();
    return 0;
}

} // namespace
} // namespace sluice::pktgen

int main(int argc, char** argv)
{
    if (argc != 9) {
        std::fputs("sluice-pktgen NAME ORDERS ANSWERS CORE SOCKET0 FRAMES0|- SOCKET1 FRAMES1|-\n", stderr);
        return 2;
    }
    return sluice::pktgen::serve({argv[1], argv[2], argv[3], argv[4], {argv[5], argv[7]}, {argv[6], argv[8]}});
}
