// Counting a burst: packets that count for the same things as the one before are added up at hand and written once.
#pragma once

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
        end_in();
        end_out();
        traffic_.express().sent(all_.bytes, all_.packets);
    }

    [[gnu::always_inline]] void received(const ExpressItem& item) noexcept
    {
        if (item.interface != interface_ || item.network != network_) {
            end_in();
            interface_ = item.interface;
            network_ = item.network;
        }
        in_.add(item.l3_length);
        wire_bytes_ += item.wire_length;
        if (item.tunnel != table::none) traffic_.tunnel(item.tunnel).received(item.l3_length);
    }

    [[gnu::always_inline]] void sent(const ExpressItem& item, std::uint16_t network) noexcept
    {
        if (network != out_network_) {
            end_out();
            out_network_ = network;
        }
        out_.add(item.l3_length);
        if (item.exit->outer != 0) traffic_.tunnel(item.exit->counter).sent(item.l3_length);
    }

private:
    struct Run {
        std::uint32_t packets = 0;
        std::uint64_t bytes = 0;

        void add(std::uint32_t more) noexcept
        {
            ++packets;
            bytes += more;
        }
    };

    [[gnu::always_inline]] void end_in() noexcept
    {
        traffic_.interface(interface_).received(wire_bytes_, in_.packets);
        traffic_.network(network_).received(in_.bytes, in_.packets);
        wire_bytes_ = 0;
        in_ = {};
    }
    [[gnu::always_inline]] void end_out() noexcept
    {
        traffic_.network(out_network_).sent(out_.bytes, out_.packets);
        all_.packets += out_.packets;
        all_.bytes += out_.bytes;
        out_ = {};
    }

    Traffic& traffic_;
    std::uint16_t interface_ = 0; // received by it, in that network
    std::uint16_t network_ = 0;
    Run in_;
    std::uint64_t wire_bytes_ = 0;
    std::uint16_t out_network_ = 0;
    Run out_; // sent in it
    Run all_;
};

} // namespace sluice
