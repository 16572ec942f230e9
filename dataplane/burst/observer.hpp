// Who watches packets on the general way, step by step (`sluicectl why`). A watched burst is a dry run: the same code
// takes the same decisions from the same tables, and keeps nothing: no session is made or touched, no port stays
// leased. The caller lends a ledger, outlets and a worker's state of its own, so that nothing is counted, held or sent
// either. Ordinary bursts have no observer and pay one test per step.
#pragma once

#include "dataplane/burst/packet.hpp"
#include "dataplane/table/session_entry.hpp"

namespace sluice {

class Observer {
public:
    enum class By : std::uint8_t { session, policy, no_state };

    virtual ~Observer() = default;
    // Parsed and out of its tunnel, in its network; or ended by `verdict` before that.
    virtual void arrived(const Packet& packet, const Verdict& verdict) noexcept = 0;
    // `action` is what will be done, `owners` whom a session of it belongs to. Told before the rewrite.
    virtual void translated(const table::Translation<table::FlowKey4>& action, const table::Cold& owners,
                            By by) noexcept = 0;
    virtual void translated(const table::Translation<table::FlowKey6>& action, const table::Cold& owners,
                            By by) noexcept = 0;
    // No session and none wanted: forwarded as it is.
    virtual void untranslated(const Packet& packet) noexcept = 0;
    // `hop`: table::none when no route leads there. `tunnel` and `adjacency`: nullptr where there is none (yet).
    virtual void routed(std::uint16_t network, const IpAddress& destination, std::uint32_t hop,
                        const table::Tunnel* tunnel, const table::Adjacency* adjacency) noexcept = 0;
    // The packet that leaves in the tunnel, its length before that, and what the way carries.
    virtual void encapsulated(const Packet& packet, const table::Tunnel& tunnel, std::uint16_t mtu) noexcept = 0;
    virtual void transmitted(const Packet& packet, const table::Adjacency& to) noexcept = 0;
    virtual void waits_for(std::uint16_t interface, const IpAddress& neighbor) noexcept = 0;
    // Everything that ends otherwise: dropped, answered by an ICMP error (whose own way follows), consumed, punted.
    virtual void ended(const Packet& packet, const Verdict& verdict) noexcept = 0;
};

} // namespace sluice
