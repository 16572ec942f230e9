// How a packet leaves a worker: out of a port, or to the kernel. The worker implements it; the pipeline calls it
// through the burst only, so that every exit is counted once.
#pragma once

#include <cstdint>

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

// A frame that leaves, whole with its Ethernet header.
struct Departure {
    rte_mbuf* frame;
    std::uint16_t port;
    std::uint16_t interface;
};

class Outlets {
public:
    virtual ~Outlets() = default;
    // Takes the frames, in this order, towards their ports. Counted as sent, or as tx_queue_full, when the worker's
    // loop ends. Once per burst: Departures gathers.
    virtual void transmit(const Departure* frames, unsigned count) noexcept = 0;
    // Takes the frame for the interface's kernel side. false: over budget or queue full; the caller keeps the frame.
    [[nodiscard]] virtual bool punt(std::uint16_t interface, PuntClass punt_class, rte_mbuf* frame) noexcept = 0;
    // Asks the control process for a neighbour; losing a request is harmless, it is asked again.
    virtual void want_neighbor(std::uint16_t interface, const std::uint8_t* address, unsigned length) noexcept = 0;
};

} // namespace sluice
