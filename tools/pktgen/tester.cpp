#include "tools/pktgen/tester.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

namespace sluice::pktgen {
namespace {

constexpr std::uint16_t burst = 32;
constexpr std::uint16_t descriptors = 1'024;
constexpr unsigned pool_mbufs = 32'767;
constexpr unsigned cached_mbufs = 256;
constexpr std::chrono::seconds patience{20};
constexpr double quiet_seconds = 0.1;

Result<void> start_port(std::uint16_t port, rte_mempool* pool)
{
    const rte_eth_conf plain{};
    const std::string where = "port " + std::to_string(port);
    int error = rte_eth_dev_configure(port, 1, 1, &plain);
    if (error == 0) error = rte_eth_rx_queue_setup(port, 0, descriptors, 0, nullptr, pool);
    if (error == 0) error = rte_eth_tx_queue_setup(port, 0, descriptors, 0, nullptr);
    if (error == 0) error = rte_eth_dev_start(port);
    if (error != 0) return fail(where, std::string("did not start: ") + rte_strerror(-error));
    const auto deadline = std::chrono::steady_clock::now() + patience;
    rte_eth_link link{};
    while (rte_eth_link_get_nowait(port, &link) == 0 && link.link_status != RTE_ETH_LINK_UP) {
        if (std::chrono::steady_clock::now() > deadline) return fail(where, "nobody serves its socket");
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return {};
}

std::uint64_t missed_by(std::uint16_t port)
{
    rte_eth_stats statistics{};
    if (rte_eth_stats_get(port, &statistics) != 0) return 0;
    return statistics.imissed + statistics.rx_nombuf + statistics.ierrors;
}

std::span<std::byte> bytes_of(rte_mbuf& mbuf)
{
    return {rte_pktmbuf_mtod(&mbuf, std::byte*), rte_pktmbuf_data_len(&mbuf)};
}

} // namespace

Result<Tester> Tester::open(std::array<std::optional<Frames>, port_count> frames)
{
    rte_mempool* pool =
        rte_pktmbuf_pool_create("frames", pool_mbufs, cached_mbufs, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
    if (pool == nullptr) return fail("memory", rte_strerror(rte_errno));
    Tester tester(pool);
    for (std::uint16_t port = 0; port < port_count; ++port) {
        if (const auto started = start_port(port, pool); !started) return tl::unexpected(started.error());
        tester.senders_[port].frames = std::move(frames[port]);
    }
    return tester;
}

// At most one burst of what is due. What the ring does not take is built again by the next call.
std::uint16_t Tester::send(std::uint16_t port, std::uint64_t due)
{
    Sender& sender = senders_[port];
    if (!sender.frames || sender.sent >= due) return 0;
    const auto wanted = static_cast<std::uint16_t>(std::min<std::uint64_t>(burst, due - sender.sent));
    std::array<rte_mbuf*, burst> mbufs{};
    if (rte_pktmbuf_alloc_bulk(pool_, mbufs.data(), wanted) != 0) return 0;
    for (std::uint16_t i = 0; i < wanted; ++i) {
        const auto frame = (*sender.frames)[(sender.next + i) % sender.frames->count()];
        rte_pktmbuf_append(mbufs[i], static_cast<std::uint16_t>(frame.size())); // fits: Frames::largest_frame
        std::ranges::copy(frame, bytes_of(*mbufs[i]).begin());
        if ((sender.sent + i) % Stamp::every == 0) write_stamp(bytes_of(*mbufs[i]), rte_rdtsc());
    }
    const std::uint16_t taken = rte_eth_tx_burst(port, 0, mbufs.data(), wanted);
    rte_pktmbuf_free_bulk(mbufs.data() + taken, wanted - taken);
    sender.next = (sender.next + taken) % sender.frames->count();
    sender.sent += taken;
    return taken;
}

std::uint64_t Tester::receive(Outcome& outcome)
{
    std::uint64_t all = 0;
    for (std::uint16_t port = 0; port < port_count; ++port) {
        std::array<rte_mbuf*, burst> mbufs{};
        const std::uint16_t count = rte_eth_rx_burst(port, 0, mbufs.data(), burst);
        if (count == 0) continue;
        const std::uint64_t now = rte_rdtsc();
        for (std::uint16_t i = 0; i < count; ++i)
            outcome.latencies.note(bytes_of(*mbufs[i]), now);
        rte_pktmbuf_free_bulk(mbufs.data(), count);
        outcome.ports[port].received += count;
        all += count;
    }
    return all;
}

bool Tester::all_sent(const Order& order) const
{
    if (order.frames == 0) return false;
    return std::ranges::all_of(senders_,
                               [&](const Sender& sender) { return !sender.frames || sender.sent >= order.frames; });
}

unsigned Tester::senders() const
{
    return static_cast<unsigned>(
        std::ranges::count_if(senders_, [](const Sender& sender) { return sender.frames.has_value(); }));
}

Outcome Tester::run(const Order& order)
{
    Outcome outcome;
    const double hertz = static_cast<double>(rte_get_tsc_hz());
    const double each_per_cycle = static_cast<double>(order.packets_per_second) / senders() / hertz;
    const auto length = static_cast<std::uint64_t>(hertz * static_cast<double>(order.milliseconds) / 1'000);
    std::array<std::uint64_t, port_count> missed{};
    for (std::uint16_t port = 0; port < port_count; ++port) {
        missed[port] = missed_by(port);
        senders_[port].sent = 0;
    }
    const std::uint64_t begin = rte_rdtsc();
    std::uint64_t now = begin;
    for (; !all_sent(order) && (order.milliseconds == 0 || now - begin < length); now = rte_rdtsc()) {
        auto due = static_cast<std::uint64_t>(static_cast<double>(now - begin) * each_per_cycle) + 1;
        if (order.frames != 0) due = std::min(due, order.frames);
        for (std::uint16_t port = 0; port < port_count; ++port)
            outcome.ports[port].sent += send(port, due);
        static_cast<void>(receive(outcome));
    }
    outcome.sending_ns = static_cast<std::uint64_t>(static_cast<double>(now - begin) / hertz * 1e9);
    const auto quiet = static_cast<std::uint64_t>(hertz * quiet_seconds);
    for (std::uint64_t last = rte_rdtsc(); rte_rdtsc() - last < quiet;)
        if (receive(outcome) != 0) last = rte_rdtsc();
    for (std::uint16_t port = 0; port < port_count; ++port)
        outcome.ports[port].missed = missed_by(port) - missed[port];
    return outcome;
}

} // namespace sluice::pktgen
