// Counting a burst: packets that count for the same things as the one before are added up at hand and written once.
#pragma once

#include <rte_mbuf.h>

#include "pipelines/express_item.hpp"
#include "pipelines/traffic.hpp"

namespace sluice {

class TrafficRuns {
public:
    explicit TrafficRuns(Traffic& traffic)
        : traffic_(traffic)
    {
    }
    TrafficRuns(const TrafficRuns&) = delete;
    TrafficRuns& operator=(const TrafficRuns&) = delete;
    ~TrafficRuns()
    {
        end();
        traffic_.express().sent(all_bytes_, all_packets_);
    }

    // Received as the item says, and to be sent in `network`. The frame is still as it was received.
    [[gnu::always_inline]] void pass(const ExpressItem& item, std::uint16_t network) noexcept
    {
        const std::uint64_t way = item.interface_and_network() | std::uint64_t{network} << 32;
        if (way != way_) [[unlikely]] {
            end();
            way_ = way;
        }
        ++packets_;
        bytes_ += item.l3_length;
        wire_bytes_ += item.mbuf->pkt_len;
        if (item.tunnel != table::none) [[unlikely]]
            traffic_.tunnel(item.tunnel).received(item.l3_length);
        if (item.exit->outer != 0) [[unlikely]]
            traffic_.tunnel(item.exit->counter).sent(item.l3_length);
    }

private:
    void end() noexcept
    {
        traffic_.interface(static_cast<std::uint16_t>(way_)).received(wire_bytes_, packets_);
        traffic_.network(static_cast<std::uint16_t>(way_ >> 16)).received(bytes_, packets_);
        traffic_.network(static_cast<std::uint16_t>(way_ >> 32)).sent(bytes_, packets_);
        all_packets_ += packets_;
        all_bytes_ += bytes_;
        packets_ = 0;
        bytes_ = wire_bytes_ = 0;
    }

    Traffic& traffic_;
    std::uint64_t way_ = 0; // interface and network, then the network that they are sent in
    std::uint32_t packets_ = 0;
    std::uint64_t bytes_ = 0; // of IP
    std::uint64_t wire_bytes_ = 0;
    std::uint32_t all_packets_ = 0;
    std::uint64_t all_bytes_ = 0;
};

} // namespace sluice
