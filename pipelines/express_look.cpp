// The passes behind the link header: IP, and which tables may know the packet. What each check means stands with its
// drop in the general way; here a failed one only means "not for the express lane".
#include "pipelines/express_look.hpp"

#include "dataplane/wire/gtpu.hpp"
#include "pipelines/express.hpp"
#include "pipelines/express_four.hpp"
#include "pipelines/express_there.hpp"

namespace sluice {
namespace {

using express::load;

// Into the item, as one word.
[[gnu::always_inline]] inline void note(ExpressItem& item, std::uint64_t seen)
{
    express::store(static_cast<ExpressSeen*>(&item), seen);
}

// The inner source must be the phone's own.
[[gnu::always_inline]] inline bool is_of_phone(V4, const ExpressItem& item)
{
    return load<std::uint32_t>(item.terminus->ue.data()) == item.key.v4.source;
}
[[gnu::always_inline]] inline bool is_of_phone(V6, const ExpressItem& item)
{
    return item.terminus->ue == item.key.v6.source;
}

// Whether nothing in the packet's network could give it a session, and it may be forwarded without a thought. `to`: the
// hints of its destination. In the public network, and in another one.
template<class Family>
[[gnu::always_inline]] inline bool is_foreign_outside(const table::Snapshot& tables, const typename Family::Key& key,
                                                      std::uint8_t to)
{
    constexpr std::uint8_t foreign = table::AddressHints::foreign;
    const table::AddressHints& hints = tables.hints;
    if ((to & foreign) == 0) return false;
    const std::uint8_t from = hints.of(table::public_network, key.source);
    if constexpr (Family::family == V4::family)
        return (hints.first(key.source) & hints.first(key.destination) & from) != 0;
    else
        return (from & foreign) != 0 && !tables.networks[table::public_network].translates_any &&
               express::is_ordinary(key);
}

template<class Family>
[[gnu::always_inline]] inline bool is_foreign_inside(const table::Snapshot& tables, const typename Family::Key& key,
                                                     std::uint16_t network, std::uint8_t to)
{
    constexpr std::uint8_t foreign = table::AddressHints::foreign;
    if ((to & foreign) == 0) return false;
    const table::Network& in = tables.networks[network];
    if constexpr (Family::family == V4::family)
        if (in.sources.have(key.source)) return false;
    return (tables.hints.of(network, key.source) & foreign) != 0 && !in.translates_any && express::is_ordinary(key);
}

// The packet that the next one may follow: any that is not for the general way.
template<class Family>
class Head {
public:
    // Whether the packet is of its flow; then it has become a follower.
    [[nodiscard, gnu::always_inline]] bool is_followed_by(ExpressItem& item, const typename Family::Key& key) const
    {
        if (!(key == *key_)) return false;
        item.head = place_;
        return true;
    }
    void become(unsigned place, const typename Family::Key& key)
    {
        key_ = &key;
        place_ = place;
    }

private:
    static constexpr typename Family::Key nobody{}; // no packet has its protocol

    const typename Family::Key* key_ = &nobody;
    unsigned place_ = 0;
};

} // namespace

void Express::look_all() noexcept
{
    express::look_at_list(lane_, lane_.scattered);
    list_all<V4>();
    look_at6();
    list_all<V6>();
}

void Express::look_at6() noexcept
{
    const ExpressList& packets = lane_.v6.packets;
    for (unsigned i = 0; i < packets.count; ++i) {
        Item& item = lane_.items[packets.at[i]];
        note(item, express::look(item.key.v6, item.network, item.ip, item.room));
    }
}

// Those outside tunnels: who looks at them next?
template<class Family>
void Express::list_all() noexcept
{
    using table::AddressHints;
    ExpressLane& lane = lane_;
    const table::Snapshot& tables = tables_;
    const std::uint16_t vxlan = wire::Be16{tables.settings.vxlan_port}.raw();
    ExpressLists& lists = lane.of<Family>();
    ExpressAdder flows(lists.flows);
    ExpressAdder plain(lists.plain);
    ExpressAdder served(lists.served);
    ExpressAdder followers(lists.followers);
    Head<Family> head;
    const unsigned count = lists.packets.count;
    for (unsigned i = 0; i < count; ++i) {
        const unsigned place = lists.packets.at[i];
        Item& item = lane.items[place];
        if (item.lane != Lane::session) {
            (item.lane == Lane::keyed ? lists.openings : lists.strays).add(place);
            continue;
        }
        const auto& key = key_of<Family>(item);
        if (head.is_followed_by(item, key)) {
            followers.add(place);
            continue;
        }
        if (item.network != table::public_network) {
            head.become(place, key);
            const std::uint8_t to = tables.hints.of(item.network, key.destination);
            const bool foreign = is_foreign_inside<Family>(tables, key, item.network, to);
            if (foreign) item.lane = Lane::plain;
            plain.add_if(foreign, place);
            flows.add_if(!foreign, place);
            continue;
        }
        const std::uint8_t to = tables.hints.of(table::public_network, key.destination);
        if (is_foreign_outside<Family>(tables, key, to)) {
            item.lane = Lane::plain;
            plain.add(place);
            head.become(place, key);
            continue;
        }
        const bool udp = item.protocol == wire::IpProtocol::udp;
        if (udp & ((key.destination_port == vxlan) | (key.destination_port == wire::Gtpu::port.raw())))
            lane.tunneled.add(place);
        else
            ((to & AddressHints::ring) != 0 ? served : flows).add(place), head.become(place, key);
    }
}

// Of tunnels' payload.
template<class Family>
void Express::look_inside() noexcept
{
    ExpressLane& lane = lane_;
    const table::Snapshot& tables = tables_;
    ExpressLists& lists = lane.of<Family>();
    const unsigned count = lists.packets.count;
    if constexpr (Family::family == V4::family)
        express::look_at_list(lane, lists.packets);
    else
        look_at6();
    ExpressAdder flows(lists.flows);
    ExpressAdder plain(lists.plain);
    ExpressAdder machines(lists.machines);
    ExpressAdder followers(lists.followers);
    Head<Family> head;
    for (unsigned i = 0; i < count; ++i) {
        const std::uint8_t place = lists.packets.at[i];
        Item& item = lane.items[place];
        const bool by_vxlan = item.tunnel == Item::from_vxlan;
        if (item.lane == Lane::general) continue;
        if (!by_vxlan && !is_of_phone(Family{}, item)) {
            item.lane = Lane::general;
            continue;
        }
        if (item.lane == Lane::keyed) {
            lists.openings.add(place);
            continue;
        }
        const auto& key = key_of<Family>(item);
        if (head.is_followed_by(item, key)) {
            followers.add(place);
            continue;
        }
        head.become(place, key);
        const std::uint16_t network = item.network;
        const std::uint8_t to = tables.hints.of(network, key.destination);
        const bool foreign = network == table::public_network ? is_foreign_outside<Family>(tables, key, to)
                                                              : is_foreign_inside<Family>(tables, key, network, to);
        if (foreign) item.lane = Lane::plain;
        plain.add_if(foreign, place);
        flows.add_if(!foreign, place);
        machines.add_if(by_vxlan, place);
    }
}

void Express::choose_all() noexcept
{
    if (lane_.v4.served.count != 0) choose_served<V4>();
    if (lane_.v6.served.count != 0) choose_served<V6>();
}

// Packets that may be to a service without sessions. Most are to that of the packet before.
template<class Family>
void Express::choose_served() noexcept
{
    ExpressLane& lane = lane_;
    ExpressLists& lists = lane.of<Family>();
    ExpressThere<Family> there(tables_);
    ExpressAdder rings(lists.rings);
    ExpressAdder flows(lists.flows);
    ExpressAdder plain(lists.plain);
    const unsigned count = lists.served.count;
    for (unsigned i = 0; i < count; ++i) {
        const unsigned place = lists.served.at[i];
        Item& item = lane.items[place];
        const Lane chosen = there.choose(item);
        item.lane = chosen;
        rings.add_if(chosen == Lane::ring, place);
        flows.add_if(chosen == Lane::session, place);
        plain.add_if(chosen == Lane::plain, place);
    }
}

template void Express::look_inside<V4>() noexcept; // for express_open.cpp
template void Express::look_inside<V6>() noexcept;

} // namespace sluice
