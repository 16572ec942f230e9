// One direction of a session, and what its owner keeps aside. Written whole by the worker that makes the session,
// before it is published; afterwards only the atomics change. 64 bytes for IPv4, 128 for IPv6, so 128 or 256 for the
// two directions.
#pragma once

#include <atomic>
#include <cstdint>

#include "dataplane/table/flow_key.hpp"

namespace sluice::table {

inline constexpr std::uint32_t none = ~std::uint32_t{0};     // no entry, no pair
inline constexpr std::uint32_t absent = none - 1;            // of a candidate: the key is surely not there
inline constexpr std::uint32_t no_owner = ~std::uint32_t{0}; // in a cold record: nobody

// What is to be done to a packet that has this key. Addresses and ports as in the packet.
template<class Key>
struct Translation {
    // Masks of `flags`.
    static constexpr std::uint8_t rewrites_source = 0x01;
    static constexpr std::uint8_t rewrites_destination = 0x02;
    static constexpr std::uint8_t answers_local = 0x04; // the packet is for the node itself after the rewrite
    static constexpr std::uint8_t hairpin =
        0x08; // came from and returns into the same network through a public address
    // To `new_destination` as it is: that address is asked for the route and not written into the packet.
    static constexpr std::uint8_t direct = 0x10;

    Key key;
    typename Key::Address new_source{};
    typename Key::Address new_destination{};
    std::uint16_t new_source_port = 0;
    std::uint16_t new_destination_port = 0;
    std::uint16_t out_network = 0; // where the packet is routed afterwards
    std::uint8_t flags = 0;
    std::uint8_t zero = 0;

    [[nodiscard]] bool has(std::uint8_t mask) const { return (flags & mask) != 0; }
    // Otherwise not even a checksum may be written: there are two ways to write the same one.
    [[nodiscard]] bool rewrites() const { return has(rewrites_source | rewrites_destination); }
    // What stands in the packet afterwards.
    [[nodiscard]] const typename Key::Address& written_destination() const
    {
        return has(direct) ? key.destination : new_destination;
    }
};

// The state of a pair, kept in its even entry, and the epoch of the process that made the last step: what it was in the
// middle of when it died is found by that. unlinked: lived once; undone: hangs in the list of such; claimed: out of it,
// waits for its grace period; left: unlinked by a worker, and nobody waits for it yet.
enum class PairState : std::uint8_t { free, taken, live, unlinked, undone, claimed, left };
struct alignas(2) PairStatus { // so that clang, too, loads it as one word
    PairState state = PairState::free;
    std::uint8_t maker = 0;
};
static_assert(std::atomic<PairStatus>::is_always_lock_free);

// A hop is remembered as long as no route has changed: routes epoch in the high 32 bits, hop index in the low 32.
constexpr std::uint64_t remembered_hop(std::uint32_t routes_epoch, std::uint32_t hop)
{
    return std::uint64_t{routes_epoch} << 32 | hop;
}

constexpr std::uint32_t epoch_of_hop(std::uint64_t remembered)
{
    return static_cast<std::uint32_t>(remembered >> 32);
}

template<class Key>
struct alignas(64) Entry : Translation<Key> {
    // A remembered_hop, 0 = not resolved. In a free or undone pair: the list's link.
    std::atomic<std::uint64_t> next_hop{0};
    std::atomic<std::uint64_t> bytes{0};
    std::atomic<std::uint64_t> packets{0};
    std::atomic<std::uint32_t> last_seen{0}; // SessionTable::tick of the last packet
    std::atomic<std::uint8_t> tcp_flags_seen{0};
    std::atomic<PairStatus> status{PairStatus{}};

    // One packet of this direction. In the steady state one worker sees a direction, so plain adds do, and a bus lock
    // per packet is saved; should two workers ever add at the very same moment, one packet's count is lost.
    void hit(std::uint32_t length, std::uint32_t now)
    {
        packets.store(packets.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        bytes.store(bytes.load(std::memory_order_relaxed) + length, std::memory_order_relaxed);
        if (last_seen.load(std::memory_order_relaxed) != now) last_seen.store(now, std::memory_order_relaxed);
    }

    // TCP flags are sticky. Written only when new, so that a running connection leaves them alone.
    void saw_tcp(std::uint8_t more)
    {
        if ((tcp_flags_seen.load(std::memory_order_relaxed) & more) != more)
            tcp_flags_seen.fetch_or(more, std::memory_order_relaxed);
    }
};
static_assert(sizeof(Entry<FlowKey4>) == 64);
static_assert(sizeof(Entry<FlowKey6>) == 128);

// Who owns the session: read by creation, ageing and the tools only.
struct Cold {
    std::uint32_t service = no_owner;
    std::uint32_t backend = no_owner;
    std::uint32_t pool = no_owner;  // Pool::serial
    std::uint32_t lease = no_owner; // PortBlocks::Lease::handle within `pool`
};
static_assert(sizeof(Cold) == 16);

// Everything a new session is made of.
template<class Key>
struct Pair {
    Translation<Key> forward;
    Translation<Key> reverse;
    Cold cold;
    std::uint32_t now = 0; // SessionTable::tick, becomes last_seen of both
};

} // namespace sluice::table
