// ICMP errors: those that pass follow the session of the packet they quote (RFC 5508 section 4, RFC 4443).
#include "dataplane/wire/gtpu.hpp"
#include "pipelines/dispatch.hpp"
#include "pipelines/ip/drops.hpp"
#include "pipelines/l4lb/balance.hpp"
#include "pipelines/punt_class.hpp"
#include "pipelines/stateless.hpp"
#include "pipelines/translate/drops.hpp"

namespace sluice {
namespace {

using translate::Drop;

// What would be done to an answer to the quoted packet, without a session here: EIPs, backends' answers, and a
// service's flow that another node balanced: every node's ring leads it to the same backend.
template<class Family>
std::optional<TranslationOf<Family>> without_session(const table::Snapshot& tables, const typename Family::Key& answer)
{
    if (auto action = stateless<Family>(tables, answer, false)) return action;
    TranslationOf<Family> action = identity(answer);
    const table::Service* service = l4lb::find_service<Family>(tables, action);
    if (service == nullptr || !l4lb::balance<Family>(*service, action, 0)) return std::nullopt;
    return action;
}

// From a router of the underlay, about an outer packet of ours.
template<class Family>
bool is_about_tunnel(const table::Settings& settings, const typename Family::Key& answer)
{
    return answer.protocol == wire::IpProtocol::udp && (answer.source_port == wire::Be16{settings.vxlan_port}.raw() ||
                                                        answer.source_port == wire::Gtpu::port.raw());
}

// About a packet of a socket in the VPC's namespace. Before sessions: a machine that is checked is a backend, too.
template<class Family>
bool is_for_checks(const table::Snapshot& tables, const Packet& packet)
{
    if (!is_for_presence(tables, packet)) return false;
    const auto* own =
        tables.locals.find(address_key<Family>(packet.network, Family::destination(ip_header<Family>(packet))));
    return own != nullptr && own->owner == table::Owner::gateway;
}

} // namespace

template<class Family>
Verdict Forwarder::error(Packet& packet) noexcept
{
    if (is_for_checks<Family>(tables_, packet)) return Verdict::punt(PuntClass::tenant);
    const auto quoted = packet.fragment ? std::nullopt : translate::read_quoted<Family>(packet);
    if (!quoted) return unrelated<Family>(packet, quoted);
    auto& sessions = worker_.sessions.of<Family>();
    const std::uint32_t entry = sessions.find(quoted->answer_key, sessions.hash(quoted->answer_key));
    if (entry != table::none) return follow<Family>(packet, *quoted, sessions.entry(entry));
    if (const auto action = without_session<Family>(tables_, quoted->answer_key))
        return follow<Family>(packet, *quoted, *action);
    return unrelated<Family>(packet, quoted);
}

template<class Family>
Verdict Forwarder::follow(Packet& packet, const translate::Quoted<Family>& quoted,
                          const TranslationOf<Family>& answers) noexcept
{
    if (!answers.has(answers.answers_local)) {
        return dispatch<Family>(packet, {answers.out_network, answers.new_destination, table::none},
                                [&](Packet& ready) { translate::rewrite_error<Family>(ready, quoted, answers); });
    }
    if (packet.passes != 0) return Verdict::drop(ip::RouteDrop::loop);
    ++packet.passes;
    translate::rewrite_error<Family>(packet, quoted, answers);
    return error<Family>(packet);
}

template<class Family>
Verdict Forwarder::unrelated(Packet& packet, const std::optional<translate::Quoted<Family>>& quoted) noexcept
{
    if (packet.originated) return plain<Family>(packet);
    const auto destination = Family::destination(ip_header<Family>(packet));
    const auto* own = tables_.locals.find(address_key<Family>(packet.network, destination));
    if (own == nullptr) {
        const bool routed = packet.network == table::public_network ||
                            Family::find_route(tables_, packet.network, destination) != table::PrefixMap::none;
        return routed ? plain<Family>(packet) : Verdict::drop(Drop::icmp_error_unrelated);
    }
    const bool ends_tunnels = own->owner == table::Owner::interface || own->owner == table::Owner::tunnel_endpoint;
    if (ends_tunnels && quoted && is_about_tunnel<Family>(tables_.settings, quoted->answer_key))
        return Verdict::drop(Drop::icmp_error_about_tunnel);
    const bool for_the_kernel = own->owner == table::Owner::interface && !packet.from_tunnel && packet.passes == 0;
    return for_the_kernel ? Verdict::punt(PuntClass::icmp) : Verdict::drop(Drop::icmp_error_unrelated);
}

template Verdict Forwarder::error<V4>(Packet&) noexcept;
template Verdict Forwarder::error<V6>(Packet&) noexcept;

} // namespace sluice
