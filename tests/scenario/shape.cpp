#include "tests/scenario/shape.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace sluice::test {
namespace {

constexpr std::size_t tiny = 7;

// The first `length` of `bytes` as a segment; what follows them lies behind its end.
rte_mbuf* segment_of(rte_mempool* pool, ByteSpan bytes, std::size_t length)
{
    rte_mbuf* segment = rte_pktmbuf_alloc(pool);
    char* room = segment == nullptr ? nullptr : rte_pktmbuf_append(segment, static_cast<std::uint16_t>(length));
    if (room == nullptr) throw std::runtime_error("no mbuf for a frame");
    const std::size_t most = length + rte_pktmbuf_tailroom(segment);
    if (!bytes.empty()) std::memcpy(room, bytes.data(), std::min(bytes.size(), most));
    return segment;
}

// Short frames in tiny pieces; long ones may not have more segments than a driver would make.
rte_mbuf* split_frame(rte_mempool* pool, ByteSpan bytes, std::size_t length)
{
    const std::size_t piece = std::max(tiny, length / 100);
    rte_mbuf* head = segment_of(pool, bytes, std::min(piece, length));
    for (std::size_t at = piece; at < length; at += piece) {
        rte_mbuf* next = segment_of(pool, bytes.subspan(at), std::min(piece, length - at));
        if (rte_pktmbuf_chain(head, next) != 0) throw std::runtime_error("too many segments");
    }
    return head;
}

} // namespace

Made make_frame(rte_mempool* pool, ByteSpan bytes, Shape shape, ByteSpan behind)
{
    Bytes all(bytes.begin(), bytes.end());
    append(all, behind);
    if (shape == Shape::split) return {split_frame(pool, all, bytes.size()), nullptr};
    rte_mbuf* frame = segment_of(pool, all, bytes.size());
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
