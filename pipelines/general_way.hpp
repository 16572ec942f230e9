// The way that every packet can go, one frame at a time: what the express lane leaves.
#pragma once

#include "dataplane/burst/observer.hpp"
#include "pipelines/arrival.hpp"
#include "pipelines/forwarder.hpp"

namespace sluice {

class GeneralWay {
public:
    GeneralWay(WorkerState& worker, BurstContext& context, std::uint16_t port)
        : arrival_(context, worker.traffic)
        , forwarder_(worker, context)
        , observer_(context.observer)
        , port_(port)
    {
    }

    // The frame has ended, and is counted, when the call returns.
    void take(rte_mbuf* frame) noexcept
    {
        Packet packet;
        packet.mbuf = frame;
        const Verdict verdict = arrival_.take(packet, port_);
        if (observer_ != nullptr) observer_->arrived(packet, verdict);
        if (!verdict.goes_on()) return forwarder_.settle(packet, verdict);
        forwarder_.hash(packet);
        forwarder_.forward(packet);
    }

private:
    Arrival arrival_;
    Forwarder forwarder_;
    Observer* observer_;
    std::uint16_t port_;
};

} // namespace sluice
