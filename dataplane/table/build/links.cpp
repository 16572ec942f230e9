#include "dataplane/table/build/links.hpp"

namespace sluice::table {

std::uint32_t Links::hold_on_link(std::uint16_t interface)
{
    return hold(Hop::Kind::on_link, interface, {});
}

std::uint32_t Links::hold_gateway(std::uint16_t interface, const IpAddress& gateway)
{
    return hold(Hop::Kind::unresolved, interface, gateway);
}

std::uint32_t Links::hold(Hop::Kind kind, std::uint16_t interface, const IpAddress& gateway)
{
    const auto [place, is_new] = links_.try_emplace(Key{kind, interface, gateway});
    if (is_new) {
        const std::uint32_t adjacency = adjacencies_.take();
        adjacencies_.change(adjacency) = {interface, {}, gateway};
        place->second = hops_.take({adjacency, interface, kind});
    }
    hops_.hold(place->second);
    return place->second;
}

void Links::let_go(std::uint32_t hop)
{
    const Hop row = hops_[hop];
    const Hop::Kind kind = row.kind == Hop::Kind::on_link ? Hop::Kind::on_link : Hop::Kind::unresolved;
    links_.erase(Key{kind, row.interface, adjacencies_[row.index].gateway});
    adjacencies_.give(row.index);
    hops_.give(hop);
}

bool Links::set_neighbor(std::uint16_t interface, const IpAddress& address, const MacAddress& mac)
{
    const std::uint32_t hop = hold_gateway(interface, address);
    const bool was_known = hops_[hop].kind == Hop::Kind::adjacency;
    adjacencies_.change(hops_[hop].index).destination = mac;
    hops_.mark(hop);
    if (was_known) {
        static_cast<void>(hops_.release(hop)); // it holds it already
        return false;
    }
    hops_.change(hop).kind = Hop::Kind::adjacency;
    neighbors_.put(key_of(interface, address), hop);
    return true;
}

std::uint32_t Links::clear_neighbor(std::uint16_t interface, const IpAddress& address)
{
    const std::uint32_t hop = links_.at(Key{Hop::Kind::unresolved, interface, address});
    neighbors_.erase(key_of(interface, address));
    hops_.change(hop).kind = Hop::Kind::unresolved;
    adjacencies_.change(hops_[hop].index).destination = {};
    hops_.mark(hop);
    return hop;
}

void Links::disconnect(std::uint32_t hop, std::uint32_t far_end)
{
    const auto place = far_ends_over_.find(hop);
    if (place == far_ends_over_.end()) return; // a group names a hop as often as its weight says
    place->second.erase(far_end);
    if (place->second.empty()) far_ends_over_.erase(place);
}

const std::set<std::uint32_t>& Links::far_ends_over(std::uint32_t hop) const
{
    static const std::set<std::uint32_t> nobody;
    const auto place = far_ends_over_.find(hop);
    return place == far_ends_over_.end() ? nobody : place->second;
}

} // namespace sluice::table
