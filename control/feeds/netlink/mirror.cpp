// Links, addresses and neighbours; routes are in mirror_routes.cpp. Kernel headers:
// linux/{if_link,if_addr,neighbour}.h.
#include "control/feeds/netlink/mirror.hpp"

#include <algorithm>
#include <utility>

#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include "control/feeds/netlink/attributes.hpp"

namespace sluice::control::netlink {
namespace {

// States in which the kernel would itself send to the MAC it has.
constexpr unsigned usable_states = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT;

template<class Header>
const Header* header_of(const nlmsghdr& message)
{
    if (mnl_nlmsg_get_payload_len(&message) < sizeof(Header)) return nullptr;
    return static_cast<const Header*>(mnl_nlmsg_get_payload(&message));
}

} // namespace

Mirror::Mirror(OurLinks ours)
    : ours_(std::move(ours))
{
}

void Mirror::set_links(OurLinks ours)
{
    stale_ |= ours != ours_;
    ours_ = std::move(ours);
}

void Mirror::handle(const nlmsghdr& message)
{
    switch (message.nlmsg_type) {
    case RTM_NEWLINK:
    case RTM_DELLINK:
        return handle_link(message);
    case RTM_NEWADDR:
    case RTM_DELADDR:
        return handle_address(message);
    case RTM_NEWNEIGH:
    case RTM_DELNEIGH:
        return handle_neighbor(message);
    case RTM_NEWROUTE:
    case RTM_DELROUTE:
        return handle_route(message);
    default:
        return;
    }
}

void Mirror::handle_link(const nlmsghdr& message)
{
    const auto* header = header_of<ifinfomsg>(message);
    // AF_BRIDGE repeats links of bridges and says nothing about their existence.
    if (header == nullptr) return refuse("a link shorter than its header");
    if (header->ifi_family != AF_UNSPEC) return;
    const auto index = static_cast<std::uint32_t>(header->ifi_index);
    const Attributes attributes(message, sizeof(ifinfomsg));
    const auto name = attributes.text(IFLA_IFNAME);
    const std::string* interface = name ? ours_.interface_of(*name) : nullptr;
    if (message.nlmsg_type == RTM_DELLINK || interface == nullptr) return forget_link(index);
    const bool up = (header->ifi_flags & IFF_UP) != 0;
    const auto known = links_.find(index);
    // A link that is new to us (made, moved in, renamed) may have a past that nobody tells again.
    stale_ |= known == links_.end() || (known->second.up && !up);
    links_[index] = {*interface, up, attributes.integer<std::uint32_t>(IFLA_MTU).value_or(0)};
}

void Mirror::forget_link(std::uint32_t index)
{
    if (links_.erase(index) == 0) return;
    stale_ = true;
    addresses_.erase(index);
    neighbors_changed_ |= std::erase_if(neighbors_, [&](const auto& entry) { return entry.first.first == index; }) != 0;
}

void Mirror::handle_address(const nlmsghdr& message)
{
    const auto* header = header_of<ifaddrmsg>(message);
    if (header == nullptr) return refuse("an address shorter than its header");
    if (!links_.contains(header->ifa_index)) return;
    const Attributes attributes(message, sizeof(ifaddrmsg));
    // IFA_ADDRESS is the peer's on point-to-point links; IFA_LOCAL, where there is one, is ours.
    const auto local = attributes.address(IFA_LOCAL);
    const auto address = local ? local : attributes.address(IFA_ADDRESS);
    if (!address || header->ifa_prefixlen > address->bits())
        return refuse("an address of " + links_.at(header->ifa_index).name + " that cannot be read");
    const bool ours = attributes.integer<std::uint8_t>(IFA_PROTO) == own_protocol;
    std::set<AddressEntry>& held = addresses_[header->ifa_index];
    std::erase_if(held, [&](const AddressEntry& entry) {
        return entry.prefix == Prefix{*address, header->ifa_prefixlen};
    });
    if (message.nlmsg_type == RTM_NEWADDR)
        held.insert({{*address, header->ifa_prefixlen}, ours});
    else
        stale_ = true; // routes that preferred it as a source are gone without a word
}

void Mirror::handle_neighbor(const nlmsghdr& message)
{
    const auto* header = header_of<ndmsg>(message);
    if (header == nullptr) return refuse("a neighbour shorter than its header");
    if (header->ndm_family != AF_INET && header->ndm_family != AF_INET6) return;
    const auto link = static_cast<std::uint32_t>(header->ndm_ifindex);
    const Attributes attributes(message, sizeof(ndmsg));
    const auto address = attributes.address(NDA_DST);
    if (!links_.contains(link) || (header->ndm_flags & NTF_PROXY) != 0) return;
    if (!address) return refuse("a neighbour on " + links_.at(link).name + " without an address");
    const auto mac = attributes.mac(NDA_LLADDR);
    const bool usable = (header->ndm_state & usable_states) != 0 && mac;
    neighbors_changed_ = true;
    if (message.nlmsg_type == RTM_NEWNEIGH && usable)
        neighbors_[{link, *address}] = {*mac, header->ndm_state};
    else
        neighbors_.erase({link, *address});
}

void Mirror::refuse(std::string what)
{
    if (refused_++ == 0) first_refused_ = std::move(what);
}

bool Mirror::take_stale()
{
    return std::exchange(stale_, false);
}

void Mirror::begin_dump()
{
    is_dumping_ = true;
    links_.clear();
    addresses_.clear();
    clear_neighbors();
    routes_.begin_dump();
}

void Mirror::end_dump()
{
    is_dumping_ = false;
    routes_.end_dump();
}

void Mirror::clear_routes()
{
    routes_.clear();
}

void Mirror::clear_neighbors()
{
    neighbors_.clear();
    neighbors_changed_ = true;
}

bool Mirror::has_changes() const
{
    return !is_dumping_ && (neighbors_changed_ || routes_.has_changes() || have_links_changed());
}

bool Mirror::have_links_changed() const
{
    return !std::equal(links_.begin(), links_.end(), told_links_.begin(), told_links_.end(),
                       [](const auto& left, const auto& right) {
                           return left.first == right.first && left.second.means(right.second);
                       });
}

KernelUpdate Mirror::take()
{
    KernelUpdate out;
    if (!has_changes()) return out;
    if (have_links_changed()) {
        told_links_ = links_;
        neighbors_changed_ = true;
        routes_.tell_all_again();
    }
    if (std::exchange(neighbors_changed_, false)) {
        std::vector<KernelNeighbor> now = named_neighbors();
        if (now != told_neighbors_) {
            told_neighbors_ = std::move(now);
            out.neighbors = told_neighbors_;
        }
    }
    routes_.take(out, [this](const Via& via) { return named(via); });
    return out;
}

std::vector<KernelNeighbor> Mirror::named_neighbors() const
{
    std::vector<KernelNeighbor> out;
    for (const auto& [key, neighbor] : neighbors_) {
        const auto link = links_.find(key.first);
        if (link != links_.end()) out.push_back({link->second.name, key.second, neighbor.mac});
    }
    return out;
}

std::map<std::string, LinkState> Mirror::links() const
{
    std::map<std::string, LinkState> up;
    for (const auto& [index, link] : links_)
        if (link.up) up.emplace(link.name, LinkState{index, link.mtu});
    return up;
}

std::set<AddressEntry> Mirror::addresses(std::uint32_t link) const
{
    const auto found = addresses_.find(link);
    return found == addresses_.end() ? std::set<AddressEntry>{} : found->second;
}

const Mirror::Neighbor* Mirror::find(const NeighborPlace& place) const
{
    for (const auto& [index, link] : links_) {
        if (link.name != place.interface) continue;
        const auto found = neighbors_.find({index, place.address});
        return found == neighbors_.end() ? nullptr : &found->second;
    }
    return nullptr;
}

bool Mirror::is_usable(const NeighborPlace& place) const
{
    return find(place) != nullptr;
}

bool Mirror::is_stale(const NeighborPlace& place) const
{
    const Neighbor* neighbor = find(place);
    return neighbor != nullptr && neighbor->state == NUD_STALE;
}

} // namespace sluice::control::netlink
