// The way that every packet can go, one frame at a time: what the express lane leaves.
#pragma once

#include "dataplane/burst/observer.hpp"
#include "pipelines/arrival.hpp"
#include "pipelines/express_look.hpp"
#include "pipelines/forwarder.hpp"

namespace sluice {

class GeneralWay {
public:
    GeneralWay(WorkerState& worker, BurstContext& context, std::uint16_t port)
        : arrival_(context, worker.traffic)
        , forwarder_(worker, context)
        , traffic_(worker.traffic)
        , observer_(context.observer)
        , port_(port)
    {
    }

    // What the express lane leaves. Of a packet that it has looked at whole nothing is asked again.
    void take(const ExpressItem& item) noexcept
    {
        const bool whole = item.lane == ExpressItem::Lane::keyed && item.tunnel == table::none && is_ordinary(item);
        if (!whole) return take(item.mbuf);
        traffic_.interface(item.interface).received(item.mbuf->pkt_len);
        Packet packet = packet_of(item);
        traffic_.network(item.network).received(item.l3_length);
        forwarder_.forward(packet);
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
    // Group, loopback and other addresses have their own words in arrival.
    [[nodiscard]] static bool is_ordinary(const ExpressItem& item) noexcept
    {
        return item.family == V4::family ? express::is_ordinary(item.key.v4) : express::is_ordinary(item.key.v6);
    }
    // As arrival leaves it.
    [[nodiscard]] static Packet packet_of(const ExpressItem& item) noexcept
    {
        const bool is_v4 = item.family == V4::family;
        Packet packet;
        packet.mbuf = item.mbuf;
        packet.strip(static_cast<std::size_t>(item.ip - rte_pktmbuf_mtod(item.mbuf, std::uint8_t*)));
        item.mbuf->data_len = item.l3_length;
        item.mbuf->pkt_len = item.l3_length;
        packet.hash = item.hash;
        packet.interface = item.interface;
        packet.network = item.network;
        packet.l3_length = item.l3_length;
        packet.l4 = is_v4 ? sizeof(wire::Ipv4) : sizeof(wire::Ipv6);
        packet.source_port = is_v4 ? item.key.v4.source_port : item.key.v6.source_port;
        packet.destination_port = is_v4 ? item.key.v4.destination_port : item.key.v6.destination_port;
        packet.family = item.family;
        packet.protocol = item.protocol;
        packet.has_ports = true;
        return packet;
    }

    Arrival arrival_;
    Forwarder forwarder_;
    Traffic& traffic_;
    Observer* observer_;
    std::uint16_t port_;
};

} // namespace sluice
