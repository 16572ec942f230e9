#include "pipelines/account.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "dataplane/table/build/tunnel_header.hpp"
#include "dataplane/wire/ethernet.hpp"
#include "pipelines/l4lb/balance.hpp"
#include "pipelines/nat/outbound.hpp"

namespace sluice {
namespace {

std::uint16_t host(std::uint16_t raw_port)
{
    return wire::Be16::from_raw(raw_port).host();
}

std::string far_end(const IpAddress& address, std::uint16_t raw_port)
{
    std::string text = address.text();
    if (raw_port == 0) return text;
    if (!address.is_v4()) text.insert(0, 1, '[').push_back(']');
    return text.append(":").append(std::to_string(host(raw_port)));
}

template<class Family>
std::string flow_text(const typename Family::Key& key)
{
    return far_end(Family::value(key.source), key.source_port) + " → " +
           far_end(Family::value(key.destination), key.destination_port);
}

// Where the operator wrote it.
std::string at(const std::string& place)
{
    return place.empty() ? "" : " (" + place + ")";
}

std::string hexadecimal(std::uint32_t number)
{
    std::array<char, 2 * sizeof number> digits;
    const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16);
    return "0x" + std::string(digits.data(), written.ptr);
}

std::string tunnel_text(bool is_vxlan, std::uint32_t id)
{
    return is_vxlan ? "vxlan vni " + std::to_string(id) : "gtpu teid " + hexadecimal(id);
}

const Reason* reason_in(const std::vector<Reason>& reasons, std::uint8_t flat)
{
    const auto found = std::ranges::find(reasons, flat, &Reason::flat);
    return found == reasons.end() ? nullptr : &*found;
}

} // namespace

void Account::say(std::string_view stage, std::string line)
{
    const int steps = answer_.steps_size();
    const bool goes_on =
        steps != 0 && answer_.steps(steps - 1).stage() == stage && answer_.steps(steps - 1).of_answer() == answering_;
    api::Step& step = goes_on ? *answer_.mutable_steps(steps - 1) : *answer_.add_steps();
    step.set_stage(std::string(stage));
    step.set_of_answer(answering_);
    step.add_lines(std::move(line));
}

// The first conclusion is the packet's; a later one would be that of its answer.
void Account::conclude(std::string_view verdict, const Reason* reason)
{
    if (!answer_.verdict().empty()) return;
    answer_.set_verdict(std::string(verdict));
    if (reason == nullptr) return;
    answer_.mutable_reason()->set_name(std::string(reason->name));
    answer_.mutable_reason()->set_stage(std::string(reason->stage));
    answer_.mutable_reason()->set_meaning(std::string(reason->meaning));
    answer_.mutable_reason()->set_mend(std::string(reason->mend));
}

void Account::arrived(const Packet& packet, const Verdict&) noexcept
{
    if (!packet.from_tunnel) return;
    const bool is_vxlan = tables_.networks[packet.network].vni != 0;
    say("terminate", tunnel_text(is_vxlan, packet.peer_tunnel) + " from " + peer_.text() + " → network " +
                         table::network_name(tables_, packet.network));
}

std::string Account::owner_text(const table::Cold& owners) const
{
    std::string text;
    const auto pool = std::ranges::find(tables_.pools, owners.pool, &table::Pool::serial);
    if (owners.pool != table::no_owner && pool != tables_.pools.end()) text += "pool " + pool->name;
    const auto service = std::ranges::find(tables_.services, owners.service, &table::Service::id);
    if (owners.service != table::no_owner && service != tables_.services.end())
        text += (text.empty() ? "service " : ", service ") + service->name;
    return text;
}

// Services without sessions, EIPs and the answers of backends; which of them shows in what the source became.
template<class Family>
std::string Account::without_state(const TranslationOf<Family>& action, const table::Cold& owners) const
{
    if (owners.service != table::no_owner) return owner_text(owners) + ", whose ring alone chooses the backend";
    const auto* target = tables_.reverse_of.find(
        address_key<Family>(action.key.network, action.key.source, action.key.source_port, action.key.protocol));
    if (target != nullptr) return "the answer of a backend of service " + tables_.services[target->service].name;
    return "an EIP's";
}

template<class Family>
void Account::tell_rule(const TranslationOf<Family>& action, const table::Cold& owners)
{
    if constexpr (Family::family == V4::family) {
        const table::NatRule* rule = nat::find_rule(tables_, action.key.network, action.key.source);
        if (owners.pool == table::no_owner || rule == nullptr) return;
        say("translate",
            "nat rule" + at(rule->place) + " for " + rule->source.text() + " → " + tables_.pools[rule->pool].name);
    }
}

// The slot is that of the flow as it comes to the service. Said only where its backend was taken at the first attempt.
template<class Family>
void Account::tell_slot(const TranslationOf<Family>& action, const table::Cold& owners)
{
    const auto service = std::ranges::find(tables_.services, owners.service, &table::Service::id);
    if (owners.service == table::no_owner || service == tables_.services.end()) return;
    typename Family::Key key = rewritten_key(action);
    key.destination = action.key.destination;
    key.destination_port = action.key.destination_port;
    const std::size_t slot = l4lb::slot_of(key, 0, *service->ring);
    const table::Backend& backend = service->backends[(*service->ring)[slot]];
    if (backend.id != owners.backend) return;
    say("translate", "service " + service->name + at(service->place) + ": slot " + std::to_string(slot) + " of " +
                         std::to_string(service->ring->size()) + " → " + far_end(backend.address, backend.port));
}

template<class Family>
void Account::tell(const TranslationOf<Family>& action, const table::Cold& owners, By by)
{
    const std::string of = owner_text(owners);
    if (by == By::session) {
        say("translate", "session: " + flow_text<Family>(action.key) + (of.empty() ? "" : " (" + of + ")"));
    } else if (by == By::no_state) {
        say("translate", "no session and none needed: " + without_state<Family>(action, owners));
    } else {
        say("translate", "no session; one would begin: " + of);
        tell_rule<Family>(action, owners);
        tell_slot<Family>(action, owners);
    }
    std::string line = "becomes " + flow_text<Family>(rewritten_key(action)) + " in network " +
                       table::network_name(tables_, action.out_network);
    if (action.has(action.direct)) line += ", to backend " + Family::value(action.new_destination).text();
    say("translate", std::move(line));
}

void Account::translated(const table::Translation<table::FlowKey4>& action, const table::Cold& owners, By by) noexcept
{
    tell<V4>(action, owners, by);
}

void Account::translated(const table::Translation<table::FlowKey6>& action, const table::Cold& owners, By by) noexcept
{
    tell<V6>(action, owners, by);
}

void Account::untranslated(const Packet&) noexcept
{
    say("translate", "no session and none wanted: it goes on as it is");
}

void Account::routed(std::uint16_t network, const IpAddress& destination, std::uint32_t index,
                     const table::Tunnel* tunnel, const table::Adjacency* adjacency) noexcept
{
    std::string line = table::network_name(tables_, network) + " " + destination.text() + " → ";
    if (index == table::none) return say("route", line + "no way there");
    const table::Hop& hop = tables_.hops[index];
    if (tunnel != nullptr) {
        line += std::string(tunnel->kind == table::Tunnel::Kind::vxlan ? "vtep " : "gtpu peer ") +
                tables_.far_ends[tunnel->far_end].remote.text();
        if (adjacency == nullptr) line += ", to which no way is known";
    } else {
        const IpAddress& gateway = tables_.adjacencies[hop.index].gateway;
        const bool on_link = gateway == IpAddress{} || gateway == destination;
        line += (on_link ? "on link" : "via " + gateway.text()) + " on " + tables_.interfaces[hop.interface].name;
    }
    say("route", std::move(line));
}

void Account::encapsulated(const Packet& packet, const table::Tunnel& tunnel, std::uint16_t mtu) noexcept
{
    const bool is_vxlan = tunnel.kind == table::Tunnel::Kind::vxlan;
    const IpAddress& remote = tables_.far_ends[tunnel.far_end].remote;
    say("encapsulate", tunnel_text(is_vxlan, tunnel.id) + " to " + remote.text() + ", " +
                           std::to_string(packet.l3_length) + " bytes of at most " + std::to_string(mtu) + ", and " +
                           std::to_string(table::header_length_of(tunnel.kind, remote.is_v4())) + " around them");
}

void Account::transmitted(const Packet& packet, const table::Adjacency& to) noexcept
{
    say("transmit", tables_.interfaces[to.interface].name + " to " + to.destination.text() + ", a frame of " +
                        std::to_string(packet.mbuf->pkt_len) + " bytes");
    conclude("sent");
}

void Account::waits_for(std::uint16_t interface, const IpAddress& neighbor) noexcept
{
    say("route", tables_.interfaces[interface].name + " must first learn the MAC address of " + neighbor.text());
    conclude("held");
}

void Account::ended(const Packet& packet, const Verdict& verdict) noexcept
{
    switch (verdict.fate) {
    case Verdict::Fate::answer:
        conclude("dropped, and its sender is told by an ICMP error", reason_in(names_.drops(), verdict.reason));
        answering_ = true;
        return;
    case Verdict::Fate::drop:
        return conclude("dropped", reason_in(names_.drops(), verdict.reason));
    case Verdict::Fate::consume:
        conclude("answered here", reason_in(names_.consumed(), verdict.reason));
        answering_ = true;
        return;
    case Verdict::Fate::punt:
        say("punt", "to the kernel's interface " + tables_.interfaces[packet.interface].name);
        return conclude("given to the kernel");
    case Verdict::Fate::next:
    case Verdict::Fate::hold:
    case Verdict::Fate::gone:
        return;
    }
}

} // namespace sluice
