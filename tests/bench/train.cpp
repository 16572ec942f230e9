#include "tests/bench/train.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <random>
#include <stdexcept>

#include <rte_mbuf.h>

namespace sluice::bench {
namespace {

constexpr std::size_t trash = 4; // bytes behind the frame that absent fields are written to

void store(std::uint8_t* frame, std::uint16_t offset, const auto& value)
{
    std::memcpy(frame + offset, &value, sizeof value);
}

void load(const std::uint8_t* frame, std::uint16_t offset, auto& value)
{
    std::memcpy(&value, frame + offset, sizeof value);
}

} // namespace

Layout Layout::tcp4(std::uint16_t ip)
{
    const auto at = [ip](unsigned offset) { return static_cast<std::uint16_t>(ip + offset); };
    Layout layout;
    layout.source = at(12);
    layout.destination = at(16);
    layout.ip_checksum = at(10);
    layout.source_port = at(20);
    layout.destination_port = at(22);
    layout.transport_checksum = at(36);
    return layout;
}

Layout Layout::tcp6(std::uint16_t ip, std::uint16_t bits_at)
{
    const auto at = [ip](unsigned offset) { return static_cast<std::uint16_t>(ip + offset); };
    Layout layout;
    layout.source = at(8U + bits_at);
    layout.destination = at(24U + bits_at);
    layout.source_port = at(40);
    layout.destination_port = at(42);
    layout.transport_checksum = at(56);
    return layout;
}

void Train::add(const Frame& frame)
{
    if (stamps_.empty()) {
        length_ = static_cast<std::uint16_t>(frame.size());
        if (length_ + trash > template_.size()) throw std::logic_error("a frame is longer than the source's template");
        std::ranges::copy(frame.bytes(), template_.begin());
        const auto behind = static_cast<std::uint16_t>((length_ + trash + 63) / 64 * 64 - trash);
        for (std::uint16_t* offset :
             {&layout_.source, &layout_.destination, &layout_.tunnel, &layout_.source_port, &layout_.destination_port,
              &layout_.ip_checksum, &layout_.transport_checksum, &layout_.outer_source, &layout_.outer_checksum})
            if (*offset == Layout::absent) *offset = behind;
    }
    const Stamp stamp = stamp_of(frame);
    auto stamped = template_;
    write(stamped.data(), stamp);
    if (frame.size() != length_ || !std::equal(frame.bytes().begin(), frame.bytes().end(), stamped.begin()))
        throw std::logic_error("a frame differs from the template elsewhere than in its stamp");
    stamps_.push_back(stamp);
}

Stamp Train::stamp_of(const Frame& frame) const
{
    std::array<std::uint8_t, lines * 64> bytes{};
    std::ranges::copy(frame.bytes(), bytes.begin());
    Stamp stamp;
    load(bytes.data(), layout_.source, stamp.source);
    load(bytes.data(), layout_.destination, stamp.destination);
    load(bytes.data(), layout_.tunnel, stamp.tunnel);
    load(bytes.data(), layout_.source_port, stamp.source_port);
    load(bytes.data(), layout_.destination_port, stamp.destination_port);
    load(bytes.data(), layout_.ip_checksum, stamp.ip_checksum);
    load(bytes.data(), layout_.transport_checksum, stamp.transport_checksum);
    load(bytes.data(), layout_.outer_source, stamp.outer_source);
    load(bytes.data(), layout_.outer_checksum, stamp.outer_checksum);
    return stamp;
}

void Train::write(std::uint8_t* frame, const Stamp& stamp) const noexcept
{
    store(frame, layout_.source, stamp.source);
    store(frame, layout_.destination, stamp.destination);
    store(frame, layout_.tunnel, stamp.tunnel);
    store(frame, layout_.source_port, stamp.source_port);
    store(frame, layout_.destination_port, stamp.destination_port);
    store(frame, layout_.ip_checksum, stamp.ip_checksum);
    store(frame, layout_.transport_checksum, stamp.transport_checksum);
    store(frame, layout_.outer_source, stamp.outer_source);
    store(frame, layout_.outer_checksum, stamp.outer_checksum);
}

void Train::keep_order()
{
    flow_at_.resize(stamps_.size());
    std::iota(flow_at_.begin(), flow_at_.end(), 0);
    repeat();
}

void Train::shuffle(std::uint64_t seed)
{
    flow_at_.resize(stamps_.size());
    std::iota(flow_at_.begin(), flow_at_.end(), 0);
    std::mt19937_64 random(seed);
    std::ranges::shuffle(flow_at_, random);
    HugeVector<Stamp> sent;
    sent.reserve(stamps_.size());
    for (const std::uint32_t flow : flow_at_)
        sent.push_back(stamps_[flow]);
    stamps_ = std::move(sent);
    repeat();
}

void Train::repeat()
{
    const std::size_t once = stamps_.size();
    const std::size_t rounds = once >= least_stamps ? 1 : least_stamps / once;
    stamps_.reserve(rounds * once);
    for (std::size_t i = once; i < rounds * once; ++i)
        stamps_.push_back(stamps_[i - once]);
    next_ = 0;
}

unsigned Train::emit(rte_mempool* pool, rte_mbuf** frames, unsigned count) noexcept
{
    if (rte_pktmbuf_alloc_bulk(pool, frames, count) != 0) return 0;
    const std::size_t used = (length_ + trash + 63) / 64;
    if (used == 1)
        fill<1>(frames, count);
    else if (used == 2)
        fill<2>(frames, count);
    else
        fill<3>(frames, count);
    return count;
}

template<std::size_t Lines>
void Train::fill(rte_mbuf** frames, unsigned count) noexcept
{
    for (unsigned i = 0; i < count; ++i) {
        rte_mbuf& mbuf = *frames[i];
        auto* bytes = rte_pktmbuf_mtod(&mbuf, std::uint8_t*);
        std::memcpy(bytes, template_.data(), Lines * 64);
        write(bytes, stamps_[next_]);
        if (++next_ == stamps_.size()) next_ = 0;
        mbuf.data_len = length_;
        mbuf.pkt_len = length_;
        mbuf.port = port_;
    }
}

} // namespace sluice::bench
