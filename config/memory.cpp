#include "config/memory.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <numeric>

#include "config/check_support.hpp"
#include "config/scalars.hpp"

namespace sluice::config {
namespace {

// A session pair: two entries of a cache line each (IPv4) or of two (IPv6), 32 bytes of cold record and 16 of bucket
// share. One session in four is for IPv6.
constexpr std::uint64_t session_pair_bytes = (3 * 176 + 304) / 4;
// A tunnel: its exit with the ready-made header, addresses, one worker's counters and its place among the TEIDs.
// tests/unit/table/incremental_test.cpp holds the tables to it.
constexpr std::uint64_t tunnel_bytes = 256;
// A route: 65 bytes of the trie, 80 of the list that tries are made from, 40 as one that was learned
// (dataplane/table/README.md).
constexpr std::uint64_t route_bytes = 185;

// Packet buffers as the dataplane counts them (dataplane/mempools.cpp; tests/unit/dataplane/mempools_test.cpp holds
// this to it): those in the rings; per worker its cache in the pool, the burst in its hands, what it punts and gets
// injected, and what it collects for each port; those that wait for neighbours.
constexpr std::uint64_t buffers_per_worker = 384 + 64 + 1'024 + 1'024;
constexpr std::uint64_t buffers_per_worker_and_port = 64;
constexpr std::uint64_t buffers_held = 2'048;
// Headroom, Ethernet header with two tags and checksum around the largest packet; mbuf and pool header beside it.
constexpr std::uint64_t around_packet_bytes = 128 + 26;
constexpr std::uint64_t least_data_bytes = 128 + 2'048;
constexpr std::uint64_t beside_data_bytes = 256;
constexpr std::uint64_t cache_line_bytes = 64;

constexpr std::uint64_t small_page_bytes = 2ULL << 20;
constexpr const char* hugepage_folder = "/sys/kernel/mm/hugepages";

MemoryNeed need(std::string name, std::uint64_t count, std::uint64_t bytes_each)
{
    return {std::move(name), count, count * bytes_each};
}

std::uint64_t packet_buffers(const Config& config)
{
    const std::uint64_t workers = config.workers.cores.size();
    std::uint64_t buffers = buffers_held + buffers_per_worker * workers;
    for (const auto& [name, port] : config.ports)
        buffers += std::max<std::uint64_t>(port.queues, workers) * port.rx_descriptors +
                   workers * (port.tx_descriptors + buffers_per_worker_and_port);
    return buffers;
}

// Every buffer has room for the largest frame of any port.
std::uint64_t packet_buffer_bytes(const Config& config)
{
    std::uint64_t largest = 0;
    for (const PlacedInterface& placed : interfaces_of(config))
        largest = std::max<std::uint64_t>(largest, placed.interface->mtu);
    const std::uint64_t data =
        (around_packet_bytes + largest + cache_line_bytes - 1) / cache_line_bytes * cache_line_bytes;
    return std::max(data, least_data_bytes) + beside_data_bytes;
}

} // namespace

std::uint64_t MemoryPlan::total() const
{
    const auto add = [](std::uint64_t sum, const MemoryNeed& one) { return sum + one.bytes; };
    return std::accumulate(needs.begin(), needs.end(), std::uint64_t{0}, add);
}

MemoryPlan memory_plan(const Config& config)
{
    return {{need("sessions", config.memory.sessions, session_pair_bytes),
             need("tunnels", config.memory.tunnels, tunnel_bytes), need("routes", config.memory.routes, route_bytes),
             need("packet buffers", packet_buffers(config), packet_buffer_bytes(config))}};
}

// Each size of page has a folder "hugepages-2048kB" with a file that holds the number of pages.
std::uint64_t reserved_hugepage_bytes()
{
    std::uint64_t bytes = 0;
    std::error_code error;
    for (const auto& folder : std::filesystem::directory_iterator(hugepage_folder, error)) {
        const std::string name = folder.path().filename().string();
        constexpr std::string_view prefix = "hugepages-";
        std::uint64_t pages = 0;
        std::ifstream file(folder.path() / "nr_hugepages");
        if (!name.starts_with(prefix) || !(file >> pages)) continue;
        bytes += pages * std::strtoull(name.c_str() + prefix.size(), nullptr, 10) * 1'024;
    }
    return bytes;
}

std::string memory_advice(const Config& config, std::uint64_t reserved_bytes)
{
    const std::uint64_t total = memory_plan(config).total();
    const std::string needs = "needs " + rounded_bytes_text(total);
    if (config.memory.hugepage_bytes == 0) return needs + " of ordinary memory, no hugepages to reserve";
    // What the file asks for is taken at start, so that much has to be there, not only what the tables fill.
    const std::uint64_t wanted = std::max(total, config.memory.hugepage_bytes);
    const std::string both =
        "needs " + rounded_bytes_text(wanted) + ", " + rounded_bytes_text(reserved_bytes) + " reserved";
    if (wanted <= reserved_bytes) return both;
    const std::uint64_t pages = (wanted + small_page_bytes - 1) / small_page_bytes;
    return both + ": write " + std::to_string(pages) + " to " + hugepage_folder + "/hugepages-2048kB/nr_hugepages";
}

} // namespace sluice::config
