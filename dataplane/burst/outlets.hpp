// How a packet leaves a worker: out of a port, or to the kernel. The worker implements it; the pipeline calls it
// through the burst only, so that every exit is counted once.
#pragma once

#include <cstdint>
#include <span>

struct rte_mbuf;

namespace sluice {

// Classes of punted packets, each with its own budget per second.
enum class PuntClass : std::uint8_t {
    routing,  // BGP and BFD
    neighbor, // ARP and ND
    icmp,
    tenant, // whole VXLAN packets to the gateway's own address in a VPC
    other
};
inline constexpr unsigned punt_class_count = 5;

// Frames that leave one after the other by the same interface, whole with their Ethernet headers.
struct DepartureRun {
    std::uint16_t port = 0;
    std::uint16_t interface = 0;
    std::uint16_t frames = 0;
    bool chained = false;    // there may be some of more than one segment among them
    std::uint64_t bytes = 0; // of all

    [[nodiscard]] bool takes(const DepartureRun& other) const noexcept
    {
        return port == other.port && interface == other.interface;
    }
};

class Outlets {
public:
    virtual ~Outlets() = default;
    // Takes the frames of all runs, in this order, towards their ports. Counted as sent, or as tx_queue_full, when the
    // worker's loop ends. Once per burst: Departures gathers.
    virtual void transmit(rte_mbuf* const* frames, std::span<const DepartureRun> runs) noexcept = 0;
    // Takes the frame for the interface's kernel side. false: over budget or queue full; the caller keeps the frame.
    [[nodiscard]] virtual bool punt(std::uint16_t interface, PuntClass punt_class, rte_mbuf* frame) noexcept = 0;
    // Asks the control process for a neighbour; losing a request is harmless, it is asked again.
    virtual void want_neighbor(std::uint16_t interface, const std::uint8_t* address, unsigned length) noexcept = 0;
};

} // namespace sluice
