// One step of the mirror's thread. Two sockets: events are never mixed with answers.
#include "control/feeds/netlink/worker.hpp"

#include <array>

#include <linux/rtnetlink.h>
#include <spdlog/spdlog.h>

#include "control/feeds/netlink/namespace.hpp"
#include "control/feeds/netlink/requests.hpp"

namespace sluice::control::netlink {
namespace {

constexpr auto probe_interval = std::chrono::seconds(1);
constexpr auto confirmation_interval = std::chrono::seconds(30);
constexpr std::array retold_after{std::chrono::seconds(1), std::chrono::seconds(5)};
constexpr std::size_t most_asked = 4'096; // neighbours remembered beyond the next hops; more are asked for once only

const std::vector<unsigned> groups{RTNLGRP_LINK,        RTNLGRP_NEIGH,      RTNLGRP_IPV4_IFADDR,
                                   RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE};

} // namespace

OurLinks ours_of(const Wanted& wanted)
{
    OurLinks ours;
    for (const auto& [name, link] : wanted.links)
        ours.add(link.of_kernel.empty() ? name : link.of_kernel, name);
    return ours;
}

Worker::Worker(std::unique_ptr<Events> events, Socket requests, OurLinks ours, Namespace kind)
    : events_(std::move(events))
    , requests_(std::move(requests))
    , mirror_(std::move(ours))
    , kind_(kind)
{
}

Result<Worker> Worker::open(OurLinks ours, Namespace kind)
{
    auto events = Events::open(groups);
    if (!events) return tl::unexpected(events.error());
    auto requests = Socket::open();
    if (!requests) return tl::unexpected(requests.error());
    return Worker(std::move(*events), std::move(*requests), std::move(ours), kind);
}

Result<void> Worker::dump_all()
{
    const Handler handle = [this](const nlmsghdr& message) { this->handle(message); };
    mirror_.begin_dump();
    announced_.clear();
    struct Part {
        std::uint16_t type;
        std::function<void()> restart;
    };
    const std::array<Part, 4> parts{{
        {RTM_GETLINK, [] {}},
        {RTM_GETADDR, [] {}},
        {RTM_GETNEIGH, [this] { mirror_.clear_neighbors(); }},
        {RTM_GETROUTE,
         [this] {
             mirror_.clear_routes();
             announced_.clear_routes();
         }},
    }};
    for (const Part& part : parts)
        if (auto done = dump(part.type, AF_UNSPEC, handle, part.restart); !done) return done;
    mirror_.end_dump();
    (void)mirror_.take_stale(); // links looked new because the mirror was empty
    (void)announced_.take_stale();
    dump_due_ = false;
    return {};
}

Result<void> Worker::step(TimePoint now)
{
    const auto received = events_->receive([this](const nlmsghdr& message) { handle(message); });
    if (!received) return tl::unexpected(received.error());
    if (*received == Received::overflow) {
        spdlog::warn("event=netlink_overflow action=dump_again");
        dump_due_ = true;
    }
    if (mirror_.take_stale() || announced_.take_stale()) dump_due_ = true;
    if (dump_due_)
        if (auto dumped = dump_all(); !dumped) return dumped;
    const auto links = mirror_.links();
    std::set<std::uint32_t> present;
    for (const auto& [name, link] : links)
        present.insert(link.index);
    std::erase_if(confined_, [&](std::uint32_t link) { return !present.contains(link); }); // numbers are given again
    for (const auto& [name, link] : links)
        set_up(name, link);
    tell_addresses_again(now);
    announced_.step(requests_, now);
    probe_unresolved(now);
    confirm_stale(now);
    return {};
}

void Worker::handle(const nlmsghdr& message)
{
    mirror_.handle(message);
    announced_.handle(message, std::chrono::steady_clock::now());
}

void Worker::want(Wanted wanted)
{
    mirror_.set_links(ours_of(wanted));
    announced_.want(wanted.announced);
    wanted_ = std::move(wanted);
    next_probe_ = {};
}

void Worker::ask(const NeighborPlace& place)
{
    if (asked_.size() < most_asked) asked_.insert(place);
    probe_if_up(place);
}

// Links come and go with the dataplane: each time one appears it is brought to what is wanted, whatever it was before.
void Worker::set_up(const std::string& name, const LinkState& link)
{
    const auto wanted = wanted_.links.find(name);
    if (wanted != wanted_.links.end() && !wanted->second.of_kernel.empty()) return;
    confine(name, link.index);
    if (wanted == wanted_.links.end()) return;
    if (wanted->second.mtu != 0 && wanted->second.mtu != link.mtu)
        report("mtu " + std::to_string(wanted->second.mtu) + " of " + name,
               set_mtu(requests_, link.index, wanted->second.mtu));
    set_addresses(name, link.index, wanted->second.addresses);
}

void Worker::set_addresses(const std::string& name, std::uint32_t link, const std::set<Prefix>& wanted)
{
    const std::set<AddressEntry> present = mirror_.addresses(link);
    for (const AddressEntry& entry : present)
        if (entry.ours && !wanted.contains(entry.prefix))
            report("removal of " + entry.prefix.text() + " from " + name,
                   remove_address(requests_, link, entry.prefix));
    for (const Prefix& address : wanted)
        if (!present.contains({address, true}) && !present.contains({address, false})) {
            report("address " + address.text() + " of " + name, add_address(requests_, link, address));
            for (const auto wait : retold_after)
                retellings_.push_back({std::chrono::steady_clock::now() + wait, link, address});
        }
}

// FRR 8 reads links and addresses from two sockets. An address that it reads before its link is lost to it, and with it
// every session from that address, until the kernel tells it again.
void Worker::tell_addresses_again(TimePoint now)
{
    std::erase_if(retellings_, [&](const Retelling& each) {
        if (now < each.due) return false;
        if (mirror_.addresses(each.link).contains({each.address, true}))
            (void)add_address(requests_, each.link, each.address); // changes nothing; one that fails has gone
        return true;
    });
}

void Worker::confine(const std::string& name, std::uint32_t link)
{
    if (kind_ == Namespace::own && confined_.insert(link).second)
        report("forwarding off on " + name, forbid_forwarding(name));
}

// What succeeds shows up as an event and is not tried again; what fails is tried again and told once.
void Worker::report(const std::string& what, const Result<void>& done)
{
    const std::string why = done ? "" : done.error().text();
    std::string& told = refused_[what];
    if (done)
        spdlog::info("event=kernel_set what=\"{}\"", what);
    else if (told != why)
        spdlog::warn("event=kernel_refused what=\"{}\" error=\"{}\"", what, why);
    told = why;
}

void Worker::probe_unresolved(TimePoint now)
{
    if (now < next_probe_) return;
    next_probe_ = now + probe_interval;
    for (const NeighborPlace& place : wanted_.next_hops)
        if (!mirror_.is_usable(place)) probe_if_up(place);
}

// Without traffic of its own the kernel would never notice that a neighbour whom the dataplane uses has gone.
// One that was only asked for and no longer resolves is forgotten; the dataplane asks again if it needs it.
void Worker::confirm_stale(TimePoint now)
{
    if (now < next_confirmation_) return;
    next_confirmation_ = now + confirmation_interval;
    std::erase_if(asked_, [&](const NeighborPlace& place) { return !mirror_.is_usable(place); });
    for (const std::set<NeighborPlace>* places : {&wanted_.next_hops, &asked_})
        for (const NeighborPlace& place : *places)
            if (mirror_.is_stale(place)) probe_if_up(place);
}

// A refusal (no such address on link, interface just gone) is answered by the next try.
void Worker::probe_if_up(const NeighborPlace& place)
{
    const auto links = mirror_.links();
    const auto link = links.find(place.interface);
    if (link == links.end()) return;
    if (const auto probed = probe(requests_, link->second.index, place.address); !probed)
        spdlog::debug("event=probe_refused interface={} address={} error=\"{}\"", place.interface, place.address.text(),
                      probed.error().what);
}

} // namespace sluice::control::netlink
