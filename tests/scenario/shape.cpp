#include "tests/scenario/shape.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace sluice::test {
namespace {

constexpr std::size_t tiny = 7;

rte_mbuf* segment_of(rte_mempool* pool, ByteSpan bytes)
{
    rte_mbuf* segment = rte_pktmbuf_alloc(pool);
    char* room = segment == nullptr ? nullptr : rte_pktmbuf_append(segment, static_cast<std::uint16_t>(bytes.size()));
    if (room == nullptr) throw std::runtime_error("no mbuf for a frame");
    if (!bytes.empty()) std::memcpy(room, bytes.data(), bytes.size());
    return segment;
}

// Short frames in tiny pieces; long ones may not have more segments than a driver would make.
rte_mbuf* split_frame(rte_mempool* pool, ByteSpan bytes)
{
    const std::size_t piece = std::max(tiny, bytes.size() / 100);
    rte_mbuf* head = segment_of(pool, bytes.first(std::min(piece, bytes.size())));
    for (std::size_t at = piece; at < bytes.size(); at += piece) {
        rte_mbuf* next = segment_of(pool, bytes.subspan(at, std::min(piece, bytes.size() - at)));
        if (rte_pktmbuf_chain(head, next) != 0) throw std::runtime_error("too many segments");
    }
    return head;
}

} // namespace

Made make_frame(rte_mempool* pool, ByteSpan bytes, Shape shape)
{
    if (shape == Shape::split) return {split_frame(pool, bytes), nullptr};
    rte_mbuf* frame = segment_of(pool, bytes);
    if (shape == Shape::whole) return {frame, nullptr};
    return {rte_pktmbuf_clone(frame, pool), frame};
}

Bytes bytes_of(const rte_mbuf* frame)
{
    Bytes bytes;
    for (const rte_mbuf* segment = frame; segment != nullptr; segment = segment->next) {
        const auto* start = rte_pktmbuf_mtod(segment, const std::uint8_t*);
        bytes.insert(bytes.end(), start, start + segment->data_len);
    }
    return bytes;
}

} // namespace sluice::test
