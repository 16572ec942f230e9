#include "dataplane/burst/writable.hpp"

#include <algorithm>
#include <cstdint>

#include <rte_mbuf.h>

namespace sluice {
namespace {

bool is_ours_alone(const rte_mbuf* segment)
{
    return RTE_MBUF_DIRECT(segment) && rte_mbuf_refcnt_read(segment) == 1;
}

// Takes `bytes` off the front of a chain, whose segments' lengths are ours to change; returns what is left of it.
rte_mbuf* cut_front(rte_mbuf* chain, unsigned bytes)
{
    while (bytes >= chain->data_len && chain->next != nullptr) {
        rte_mbuf* rest = chain->next;
        rest->pkt_len = chain->pkt_len - chain->data_len;
        rest->nb_segs = static_cast<std::uint16_t>(chain->nb_segs - 1);
        bytes -= chain->data_len;
        rte_pktmbuf_free_seg(chain);
        chain = rest;
    }
    rte_pktmbuf_adj(chain, static_cast<std::uint16_t>(bytes));
    return chain;
}

} // namespace

rte_mbuf* make_writable(rte_mbuf* frame, rte_mempool* pool) noexcept
{
    if (is_ours_alone(frame) && (frame->nb_segs == 1 || frame->data_len >= header_room)) return frame;

    const unsigned bytes = std::min(header_room, frame->pkt_len);
    rte_mbuf* head = rte_pktmbuf_alloc(pool);
    if (head == nullptr) return nullptr;
    char* room = rte_pktmbuf_append(head, static_cast<std::uint16_t>(bytes));
    if (room == nullptr) {
        rte_pktmbuf_free(head);
        return nullptr;
    }
    const void* from = rte_pktmbuf_read(frame, 0, bytes, room);
    if (from != room) std::copy_n(static_cast<const char*>(from), bytes, room);
    head->port = frame->port;
    head->ol_flags = frame->ol_flags & (RTE_MBUF_F_RX_IP_CKSUM_MASK | RTE_MBUF_F_RX_L4_CKSUM_MASK);
    if (bytes == frame->pkt_len) {
        rte_pktmbuf_free(frame);
        return head;
    }
    // The rest is only read, but its lengths change: a clone gives us segment headers of our own.
    rte_mbuf* rest = rte_pktmbuf_clone(frame, pool);
    if (rest == nullptr) {
        rte_pktmbuf_free(head);
        return nullptr;
    }
    rest = cut_front(rest, bytes);
    if (rte_pktmbuf_chain(head, rest) != 0) { // more segments than their count can hold
        rte_pktmbuf_free(rest);
        rte_pktmbuf_free(head);
        return nullptr;
    }
    rte_pktmbuf_free(frame);
    return head;
}

void trim_to(rte_mbuf* frame, unsigned length) noexcept
{
    if (frame->pkt_len <= length) return;
    rte_mbuf* last = frame;
    unsigned seen = frame->data_len;
    std::uint16_t segments = 1;
    while (seen < length) {
        last = last->next;
        seen += last->data_len;
        ++segments;
    }
    last->data_len = static_cast<std::uint16_t>(last->data_len - (seen - length));
    rte_pktmbuf_free(last->next); // nullptr is allowed
    last->next = nullptr;
    frame->pkt_len = length;
    frame->nb_segs = segments;
}

} // namespace sluice
