// Packets of the public network that may be to a service without sessions: which lane each is for. What the tables say
// of its destination is remembered for the next one to the same address, port and protocol.
#pragma once

#include "dataplane/burst/family.hpp"
#include "dataplane/table/snapshot.hpp"
#include "pipelines/express_item.hpp"
#include "pipelines/express_look.hpp"

namespace sluice {

template<class Family>
class ExpressThere {
public:
    using Key = typename Family::Key;
    using Lane = ExpressSeen::Lane;

    explicit ExpressThere(const table::Snapshot& tables) noexcept
        : tables_(tables)
        , network_(tables.networks[table::public_network])
    {
    }

    // In the public network only packets to an address of ours have sessions, and those it translates by their source.
    // session: perhaps; ring: to `item.service`, which has none; plain: to nobody's of ours.
    [[nodiscard, gnu::always_inline]] inline Lane choose(ExpressItem& item) noexcept
    {
        if (network_.translates_any) return Lane::session;
        const Key& key = key_of<Family>(item);
        if constexpr (Family::family == V4::family)
            if (network_.sources.have(key.source)) return Lane::session;
        if (key.destination != address_ || key.destination_port != port_ || key.protocol != protocol_) become(key);
        if (lane_ == Lane::session) return Lane::session;
        if (lane_ == Lane::ring) {
            item.service = service_;
            return express::is_ordinary(key) ? Lane::ring : Lane::session;
        }
        if (network_.translates_some && is_translated(key)) return Lane::session;
        return express::is_ordinary(key) ? Lane::plain : Lane::general;
    }

private:
    [[gnu::noinline]] void become(const Key& key) noexcept
    {
        address_ = key.destination;
        port_ = key.destination_port;
        protocol_ = key.protocol;
        lane_ = find(key);
    }

    [[nodiscard]] bool is_translated(const table::FlowKey4& key) const noexcept
    {
        return tables_.translated4.find(table::local4_key(table::public_network, key.source)) != nullptr;
    }
    [[nodiscard]] bool is_translated(const table::FlowKey6& key) const noexcept
    {
        return tables_.translated.find(address_key<V6>(table::public_network, key.source)) != nullptr;
    }

    [[nodiscard]] Lane find(const Key& key) noexcept
    {
        if constexpr (Family::family == V4::family) {
            if (tables_.session_addresses.have(key.destination)) return Lane::session;
            const bool* stateless = tables_.locals4.find(table::local4_key(table::public_network, key.destination));
            if (stateless == nullptr) return Lane::plain;
            return *stateless ? find_service(key) : Lane::session;
        } else {
            const auto* local = tables_.locals.find(address_key<V6>(table::public_network, key.destination));
            if (local == nullptr) return Lane::plain;
            return local->stateless ? find_service(key) : Lane::session;
        }
    }

    // The address has a service without sessions, perhaps beside others that have some.
    [[nodiscard]] Lane find_service(const Key& key) noexcept
    {
        const auto* target = tables_.service_of.find(
            address_key<Family>(table::public_network, key.destination, key.destination_port, key.protocol));
        if (target == nullptr) return Lane::session;
        const table::Service& found = tables_.services[target->service];
        if (!found.stateless || found.ring == nullptr || found.ring->empty()) return Lane::session;
        service_ = target->service;
        return Lane::ring;
    }

    const table::Snapshot& tables_;
    const table::Network& network_;
    typename Family::Address address_{};
    std::uint16_t port_ = 0;
    std::uint8_t protocol_ = 0; // nobody's
    Lane lane_ = Lane::session;
    std::uint32_t service_ = 0; // index
};

} // namespace sluice
