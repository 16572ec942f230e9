// The packets of a row: one frame as template, and per packet a stamp of the bytes that differ. Stamps are stored in
// the order in which they are sent, a random permutation, so that the source streams through them and costs the same
// for one flow and for a million. Built by the main thread, then used by the worker.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/bench/frame.hpp"
#include "tests/bench/huge_vector.hpp"

struct rte_mbuf;
struct rte_mempool;

namespace sluice::bench {

// What may differ between the packets of a train, as it stands in the frame.
struct Stamp {
    std::uint32_t source = 0; // the low 32 bits of an address
    std::uint32_t destination = 0;
    std::uint32_t tunnel = 0; // VNI (with the reserved byte) or TEID
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    std::uint16_t ip_checksum = 0;
    std::uint16_t transport_checksum = 0;
    std::uint16_t outer_source = 0; // the low 16 bits
    std::uint16_t outer_checksum = 0;
};
static_assert(sizeof(Stamp) == 24);

// Where each field of a stamp stands in the frame; `absent` ones are written behind it.
struct Layout {
    static constexpr std::uint16_t absent = 0;
    std::uint16_t source = absent;
    std::uint16_t destination = absent;
    std::uint16_t tunnel = absent;
    std::uint16_t source_port = absent;
    std::uint16_t destination_port = absent;
    std::uint16_t ip_checksum = absent;
    std::uint16_t transport_checksum = absent;
    std::uint16_t outer_source = absent;
    std::uint16_t outer_checksum = absent;

    // Of a TCP segment whose IP header begins at `ip`. Of an IPv6 address 32 bits may differ, from `bits_at` on.
    [[nodiscard]] static Layout tcp4(std::uint16_t ip);
    [[nodiscard]] static Layout tcp6(std::uint16_t ip, std::uint16_t bits_at = 12);
};

class Train {
public:
    // `port`: the number of the port where it arrives.
    Train(std::uint16_t port, const Layout& layout)
        : port_(port)
        , layout_(layout)
    {
    }

    // The frame of the next flow. Throws when it differs from the first one elsewhere than in the stamp's fields.
    void add(const Frame& frame);
    // Gives the packets the order in which they are sent. Few are repeated, so that no burst is shorter than asked for.
    void shuffle(std::uint64_t seed);
    // As added, for establishing.
    void keep_order();

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::size_t flows() const { return flow_at_.size(); }
    [[nodiscard]] std::uint32_t flow_at(std::size_t position) const { return flow_at_[position]; }
    [[nodiscard]] std::size_t frame_bytes() const { return length_; }

    // ---- The worker. `count` packets from the next position on; 0 when the pool is empty.
    [[nodiscard]] unsigned emit(rte_mempool* pool, rte_mbuf** frames, unsigned count) noexcept;
    void rewind() noexcept { next_ = 0; }
    [[nodiscard]] std::size_t position() const noexcept { return next_; } // back to 0 at the end

private:
    static constexpr std::size_t least_stamps = 4'096;
    static constexpr std::size_t lines = 3; // of a template

    template<std::size_t Lines>
    void fill(rte_mbuf** frames, unsigned count) noexcept;
    [[nodiscard]] Stamp stamp_of(const Frame& frame) const;
    void write(std::uint8_t* frame, const Stamp& stamp) const noexcept;
    void repeat();

    std::uint16_t port_;
    Layout layout_;
    std::uint16_t length_ = 0;
    std::size_t next_ = 0;
    alignas(64) std::array<std::uint8_t, lines * 64> template_{};
    HugeVector<Stamp> stamps_;
    std::vector<std::uint32_t> flow_at_;
};

} // namespace sluice::bench
