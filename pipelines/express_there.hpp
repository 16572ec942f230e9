// What the tables say of packets to one address, port and protocol in the public network.
#pragma once

#include "dataplane/burst/family.hpp"
#include "dataplane/table/snapshot.hpp"
#include "pipelines/express_item.hpp"

namespace sluice {

template<class Family>
class ExpressThere {
public:
    using Key = typename Family::Key;
    using Lane = ExpressSeen::Lane;

    // session: perhaps; ring: to `service`, which has none; plain: nobody's of ours.
    Lane lane = Lane::session;
    std::uint32_t service = 0; // index

    // Whether it says anything of packets with this key.
    [[nodiscard]] bool is_of(const Key& key) const noexcept
    {
        return key.destination == address_ && key.destination_port == port_ && key.protocol == protocol_;
    }

    void become(const table::Snapshot& tables, const Key& key) noexcept
    {
        address_ = key.destination;
        port_ = key.destination_port;
        protocol_ = key.protocol;
        lane = find(tables, key);
    }

private:
    [[nodiscard]] Lane find(const table::Snapshot& tables, const Key& key) noexcept
    {
        if constexpr (Family::family == V4::family) {
            if (tables.session_addresses.have(key.destination)) return Lane::session;
            const bool* stateless = tables.locals4.find(table::local4_key(table::public_network, key.destination));
            if (stateless == nullptr) return Lane::plain;
            return *stateless ? find_service(tables, key) : Lane::session;
        } else {
            const auto* local = tables.locals.find(address_key<V6>(table::public_network, key.destination));
            if (local == nullptr) return Lane::plain;
            return local->stateless ? find_service(tables, key) : Lane::session;
        }
    }

    // The address has a service without sessions, perhaps beside others that have some.
    [[nodiscard]] Lane find_service(const table::Snapshot& tables, const Key& key) noexcept
    {
        const auto* target = tables.service_of.find(
            address_key<Family>(table::public_network, key.destination, key.destination_port, key.protocol));
        if (target == nullptr) return Lane::session;
        const table::Service& found = tables.services[target->service];
        if (!found.stateless || found.ring == nullptr || found.ring->empty()) return Lane::session;
        service = target->service;
        return Lane::ring;
    }

    typename Family::Address address_{};
    std::uint16_t port_ = 0;
    std::uint8_t protocol_ = 0; // nobody's
};

} // namespace sluice
