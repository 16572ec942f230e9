// Counting a burst: packets that count for the same thing as the one before are added up at hand and written once.
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
        end_interface();
        end_in();
        end_out();
        traffic_.express().sent(all_.bytes, all_.packets);
    }

    void received(const ExpressItem& item) noexcept
    {
        if (interface_.begins_anew(item.interface)) end_interface(), interface_ = Run(item.interface);
        interface_.add(item.wire_length);
        if (in_.begins_anew(item.network)) end_in(), in_ = Run(item.network);
        in_.add(item.l3_length);
        if (item.tunnel != table::none) traffic_.tunnel(item.tunnel).received(item.l3_length);
    }

    void sent(const ExpressItem& item, std::uint16_t network) noexcept
    {
        if (out_.begins_anew(network)) end_out(), out_ = Run(network);
        out_.add(item.l3_length);
        all_.add(item.l3_length);
        if (item.exit->outer != 0) traffic_.tunnel(item.exit->counter).sent(item.l3_length);
    }

private:
    struct Run {
        std::uint32_t index = 0;
        std::uint32_t packets = 0;
        std::uint64_t bytes = 0;

        Run() = default;
        explicit Run(std::uint32_t of)
            : index(of)
        {
        }
        [[nodiscard]] bool begins_anew(std::uint32_t other) const noexcept { return other != index; }
        void add(std::uint32_t more) noexcept
        {
            ++packets;
            bytes += more;
        }
    };

    void end_interface() noexcept
    {
        traffic_.interface(interface_.index).received(interface_.bytes, interface_.packets);
    }
    void end_in() noexcept { traffic_.network(in_.index).received(in_.bytes, in_.packets); }
    void end_out() noexcept { traffic_.network(out_.index).sent(out_.bytes, out_.packets); }

    Traffic& traffic_;
    Run interface_; // received by it
    Run in_;        // received in a network
    Run out_;       // sent in a network
    Run all_;
};

} // namespace sluice
