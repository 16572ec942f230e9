// Sessions first, then the policy.
#include "pipelines/forwarder.hpp"

#include "dataplane/burst/observer.hpp"
#include "dataplane/wire/tcp.hpp"
#include "pipelines/dispatch.hpp"
#include "pipelines/ip/drops.hpp"
#include "pipelines/ip/echo.hpp"
#include "pipelines/l4lb/balance.hpp"
#include "pipelines/lifetime.hpp"
#include "pipelines/stateless.hpp"
#include "pipelines/translate/rewrite.hpp"

namespace sluice {
namespace {

constexpr std::uint8_t most_passes = 1; // rewrites that lead back to the node: an EIP of one VPC calls a service

template<class Visit>
void with_family(const Packet& packet, Visit&& visit)
{
    if (packet.family == V4::family)
        visit(V4{});
    else
        visit(V6{});
}

} // namespace

void Forwarder::hash(Packet& packet) noexcept
{
    with_family(packet, [&]<class Family>(Family) {
        auto& sessions = worker_.sessions.of<Family>();
        packet.hash = sessions.hash(flow_key<Family>(packet));
    });
}

void Forwarder::forward(Packet& packet) noexcept
{
    with_family(packet, [&]<class Family>(Family) { settle(packet, pass<Family>(packet)); });
}

// A fragment never does: the later ones have no ports, and all must go the same way.
template<class Family>
bool Forwarder::matches_sessions(const Packet& packet) const noexcept
{
    return packet.has_ports && !packet.fragment && !packet.originated;
}

template<class Family>
Verdict Forwarder::pass(Packet& packet) noexcept
{
    if (packet.icmp_error) return error<Family>(packet);
    if (packet.originated) return originated<Family>(packet);
    auto& sessions = worker_.sessions.of<Family>();
    packet.entry =
        matches_sessions<Family>(packet) ? sessions.find(flow_key<Family>(packet), packet.hash) : table::none;
    if (packet.entry != table::none && gives_way<Family>(packet)) {
        if (context_.observer == nullptr) sessions.leave(packet.entry / 2);
        packet.entry = table::none;
    }
    if (packet.entry == table::none) return by_policy<Family>(packet);
    const auto& entry = sessions.entry(packet.entry);
    if (context_.observer != nullptr) {
        context_.observer->translated(entry, sessions.cold(packet.entry), Observer::By::session);
        packet.entry = table::none; // leaves no trace in it
    }
    return translated<Family>(packet, entry, packet.entry);
}

// The session of a service's flow, to a new one: it is a connection's first packet, and its backend would not be chosen
// now. So who uses a port again is not sent where a backend has died.
template<class Family>
bool Forwarder::gives_way(const Packet& packet) const noexcept
{
    if (packet.protocol != wire::IpProtocol::tcp || !packet.at<wire::Tcp>(packet.l4)->is_opening()) return false;
    const bool from_opener = packet.entry % 2 == 0;
    const auto& sessions = worker_.sessions.of<Family>();
    const table::Cold& owners = sessions.cold(packet.entry);
    if (!from_opener || owners.service == table::no_owner) return false;
    const auto& entry = sessions.entry(packet.entry);
    return begins_anew(entry, sessions.entry(packet.entry ^ 1U), sessions.tick(worker_.patience)) &&
           l4lb::has_moved<Family>(tables_, entry, owners);
}

template<class Family>
Verdict Forwarder::by_policy(Packet& packet) noexcept
{
    const Decision<Family> decision = policy_.decide<Family>(context_, packet);
    if (!decision.verdict.goes_on()) return decision.verdict;
    if (decision.answer_echo) return echo<Family>(packet);
    if (context_.observer != nullptr) observe(packet, decision);
    if (decision.stateless)
        return translated<Family>(packet, *decision.stateless, table::none, decision.owners.backend);
    if (decision.entry == table::none) return plain<Family>(packet);
    packet.entry = decision.entry;
    return translated<Family>(packet, worker_.sessions.of<Family>().entry(decision.entry), decision.entry);
}

template<class Family>
void Forwarder::observe(const Packet& packet, const Decision<Family>& decision) noexcept
{
    if (!decision.stateless) return context_.observer->untranslated(packet);
    context_.observer->translated(*decision.stateless, decision.owners,
                                  decision.remembered ? Observer::By::policy : Observer::By::no_state);
}

// A packet of the node's own leaves as it is, except towards an EIP, whose machine is elsewhere.
template<class Family>
Verdict Forwarder::originated(Packet& packet) noexcept
{
    const auto action = stateless<Family>(tables_, flow_key<Family>(packet), false);
    if (action && packet.network == table::public_network) return translated<Family>(packet, *action, table::none);
    return plain<Family>(packet);
}

// `backend`: who gets the packet and has no session to count it in.
template<class Family>
Verdict Forwarder::translated(Packet& packet, const TranslationOf<Family>& action, std::uint32_t entry,
                              std::uint32_t backend) noexcept
{
    if (!action.has(action.answers_local)) {
        return dispatch<Family>(packet, {action.out_network, action.new_destination, entry}, [&](Packet& ready) {
            if (entry != table::none) touch<Family>(ready, entry);
            if (backend != table::no_owner) worker_.traffic.backend(backend).sent(ready.l3_length);
            translate::rewrite<Family>(ready, action);
        });
    }
    if (packet.passes == most_passes) return Verdict::drop(ip::RouteDrop::loop);
    ++packet.passes;
    if (entry != table::none) touch<Family>(packet, entry);
    translate::rewrite<Family>(packet, action);
    packet.hash = worker_.sessions.of<Family>().hash(flow_key<Family>(packet));
    return pass<Family>(packet);
}

template<class Family>
Verdict Forwarder::plain(Packet& packet) noexcept
{
    const auto destination = Family::destination(ip_header<Family>(packet));
    return dispatch<Family>(packet, {packet.network, destination, table::none}, [](Packet&) {});
}

template<class Family>
Verdict Forwarder::echo(Packet& packet) noexcept
{
    if (context_.observer != nullptr)
        context_.observer->ended(packet, Verdict::consume(ip::RouteConsumed::echo_answered));
    context_.ledger.consume(flat_reason(ip::RouteConsumed::echo_answered));
    context_.ledger.originate();
    ip::turn_into_reply<Family>(packet);
    packet.originated = true;
    return originated<Family>(packet);
}

// One packet of the session, and what its TCP flags tell ageing. A SYN after the end is the port's next connection.
template<class Family>
void Forwarder::touch(const Packet& packet, std::uint32_t index) noexcept
{
    auto& sessions = worker_.sessions.of<Family>();
    auto& entry = sessions.entry(index);
    entry.hit(packet.l3_length, sessions.tick(context_.now));
    if (packet.protocol != wire::IpProtocol::tcp) return;
    const auto* tcp = packet.at<wire::Tcp>(packet.l4);
    constexpr std::uint8_t ended = wire::Tcp::fin | wire::Tcp::rst;
    auto& partner = sessions.entry(index ^ 1U);
    const auto seen =
        entry.tcp_flags_seen.load(std::memory_order_relaxed) | partner.tcp_flags_seen.load(std::memory_order_relaxed);
    if (tcp->is_opening() && (seen & ended) != 0) {
        entry.tcp_flags_seen.store(0, std::memory_order_relaxed);
        partner.tcp_flags_seen.store(0, std::memory_order_relaxed);
    }
    entry.saw_tcp(tcp->flags);
}

template Verdict Forwarder::plain<V4>(Packet&) noexcept;
template Verdict Forwarder::plain<V6>(Packet&) noexcept;

} // namespace sluice
