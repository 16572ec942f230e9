// A frame as writev(2) wants it: its segments, without the 802.1Q tag, because the TAP is the tagged interface itself.
#pragma once

#include <array>
#include <cstdint>

#include <sys/uio.h>

#include <rte_mbuf.h>

#include "dataplane/wire/ethernet.hpp"

namespace sluice::dataplane {

class FrameParts {
public:
    // `frame` outlives this.
    explicit FrameParts(const rte_mbuf& frame) noexcept
    {
        const rte_mbuf* segment = &frame;
        std::uint16_t taken = 0;
        if (is_tagged(frame)) {
            add(rte_pktmbuf_mtod(segment, char*), offsetof(wire::Ethernet, type));
            taken = offsetof(wire::Ethernet, type) + sizeof(wire::Vlan);
        }
        for (; segment != nullptr; segment = segment->next, taken = 0)
            add(rte_pktmbuf_mtod_offset(segment, char*, taken), segment->data_len - std::size_t{taken});
    }

    [[nodiscard]] bool complete() const noexcept { return complete_; } // false: more segments than we take
    [[nodiscard]] const iovec* data() const noexcept { return parts_.data(); }
    [[nodiscard]] int count() const noexcept { return count_; }

private:
    static constexpr std::size_t most_parts = 16;

    static bool is_tagged(const rte_mbuf& frame) noexcept
    {
        if (frame.data_len < sizeof(wire::Ethernet) + sizeof(wire::Vlan)) return false;
        return rte_pktmbuf_mtod(&frame, const wire::Ethernet*)->type == wire::EtherType::vlan;
    }
    void add(char* bytes, std::size_t length) noexcept
    {
        complete_ = complete_ && static_cast<std::size_t>(count_) < most_parts;
        if (complete_) parts_[static_cast<std::size_t>(count_++)] = {bytes, length};
    }

    std::array<iovec, most_parts> parts_{};
    int count_ = 0;
    bool complete_ = true;
};

} // namespace sluice::dataplane
