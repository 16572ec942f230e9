// Order of the questions: is it addressed to the node itself; is its destination in its own network; how does it leave
// that network.
#include "pipelines/policy.hpp"

#include "dataplane/wire/tcp.hpp"
#include "pipelines/ip/drops.hpp"
#include "pipelines/ip/echo.hpp"
#include "pipelines/l4lb/balance.hpp"
#include "pipelines/nat/eip.hpp"
#include "pipelines/nat/outbound.hpp"
#include "pipelines/punt_class.hpp"
#include "pipelines/stateless.hpp"
#include "pipelines/translate/drops.hpp"

namespace sluice {
namespace {

constexpr std::uint32_t nat_attempts = 8;     // ports tried when an answer's key is taken
constexpr std::uint32_t service_attempts = 4; // backends tried

template<class Family>
Decision<Family> end(const Verdict& verdict)
{
    return {verdict, false, table::none, std::nullopt, {}, false};
}

} // namespace

// One packet before the policy.
template<class Family>
struct Policy::Case {
    using Action = TranslationOf<Family>;
    using Made = Decision<Family>;

    const table::Snapshot& tables;
    const Packet& packet;
    table::SessionTable<typename Family::Key>& sessions;
    table::PairReserve& reserve;
    typename Family::Key key;
    std::uint32_t now; // SessionTable::tick
    std::uint64_t tsc;
    RateLimit& new_sessions;
    bool dry_run; // makes no session, keeps no port

    Made decide()
    {
        if (const auto* own = local(key.network, key.destination)) return to_own_address(*own);
        if (key.network != table::public_network) return leave_network();
        return nat_or_forward();
    }

    const table::LocalAddress* local(std::uint16_t network, const typename Family::Address& address) const
    {
        return find_local<Family>(tables, network, address);
    }

    Made to_own_address(const table::LocalAddress& own)
    {
        switch (own.owner) {
        case table::Owner::interface: {
            const bool on_the_wire = !packet.from_tunnel && packet.passes == 0;
            return on_the_wire ? end<Family>(Verdict::punt(punt_class(packet))) : echo_or_nothing();
        }
        case table::Owner::service:
            return to_service();
        case table::Owner::eip:
            return without_state();
        case table::Owner::pool:
            return end<Family>(Verdict::drop(nat::Drop::no_session));
        case table::Owner::gateway:
            return to_gateway();
        case table::Owner::tunnel_endpoint:
            break;
        }
        return echo_or_nothing();
    }

    // Pings are answered here all the same: that is quicker, and costs the kernel nothing.
    Made to_gateway() const
    {
        const Made answer = echo_or_nothing();
        return answer.answer_echo || !is_for_presence(tables, packet) ? answer
                                                                      : end<Family>(Verdict::punt(PuntClass::tenant));
    }

    Made echo_or_nothing() const
    {
        if (!ip::is_echo_request<Family>(packet)) return end<Family>(Verdict::drop(ip::RouteDrop::not_for_us));
        return {Verdict::next(), true, table::none, std::nullopt, {}, false};
    }

    Made leave_network()
    {
        if (Family::find_route(tables, key.network, key.destination) != table::PrefixMap::none) return {};
        if (Made made = without_state(); made.stateless) return made;
        return nat_or(end<Family>(Verdict::answer(ip::RouteDrop::no_route, Problem::no_route)));
    }

    // A connection that a backend opens itself is not an answer.
    Made without_state() const
    {
        const bool opens = packet.protocol == wire::IpProtocol::tcp && packet.has_ports &&
                           packet.at<wire::Tcp>(packet.l4)->is_opening();
        auto action = stateless<Family>(tables, key, opens);
        if (action && packet.fragment && action->new_source_port != key.source_port)
            return end<Family>(Verdict::drop(translate::Drop::fragment_untranslatable));
        return {Verdict::next(), false, table::none, action, {}, false};
    }

    Made nat_or_forward() { return nat_or(Made{}); }

    Made nat_or(const Made& otherwise)
    {
        if constexpr (Family::family == V4::family) {
            if (const auto* rule = nat::find_rule(tables, key.network, key.source))
                return to_pool(tables.pools[rule->pool]);
        }
        return otherwise;
    }

    Made to_service()
    {
        Action action = identity(key);
        const table::Service* service = l4lb::find_service<Family>(tables, action);
        if (service == nullptr) {
            const Made echo = echo_or_nothing();
            return echo.answer_echo ? echo : end<Family>(Verdict::drop(l4lb::Drop::no_such_port));
        }
        if (packet.fragment) return end<Family>(Verdict::drop(translate::Drop::fragment_untranslatable));
        if (service->stateless) return by_ring(*service, action);
        if (!new_sessions.allows(tsc)) return end<Family>(Verdict::drop(translate::Drop::new_session_limit));
        for (std::uint32_t attempt = 0; attempt < service_attempts; ++attempt) {
            action = identity(key);
            const auto backend = l4lb::balance<Family>(*service, action, attempt);
            if (!backend) return end<Family>(Verdict::drop(backend.error()));
            table::Cold cold;
            cold.service = service->id;
            cold.backend = (*backend)->id;
            const table::Inserted made = insert(action, cold);
            if (made.result != table::Insert::reverse_conflict) return decision_of(made, action, cold);
        }
        return end<Family>(Verdict::drop(translate::Drop::reverse_conflict));
    }

    // Nothing is remembered: the next packet of the flow comes to the same slot, on any node.
    Made by_ring(const table::Service& service, Action action) const
    {
        const auto backend = l4lb::balance<Family>(service, action, 0);
        if (!backend) return end<Family>(Verdict::drop(backend.error()));
        table::Cold cold;
        cold.service = service.id;
        cold.backend = (*backend)->id;
        return {Verdict::next(), false, table::none, action, cold, false};
    }

    Made to_pool(const table::Pool& pool)
    {
        if (packet.fragment) return end<Family>(Verdict::drop(translate::Drop::fragment_untranslatable));
        if (const Verdict verdict = nat::may_begin(packet); !verdict.goes_on()) return end<Family>(verdict);
        if (const auto* own = local(table::public_network, key.destination)) {
            if (own->owner == table::Owner::pool) return end<Family>(Verdict::drop(nat::Drop::hairpin));
            if (own->owner != table::Owner::eip && own->owner != table::Owner::service) return echo_or_nothing();
        }
        if (!new_sessions.allows(tsc)) return end<Family>(Verdict::drop(translate::Drop::new_session_limit));
        for (std::uint32_t attempt = 0; attempt < nat_attempts; ++attempt) {
            Action action = identity(key);
            const auto lease = nat::take_source(*pool.blocks, action, attempt);
            if (!lease) return end<Family>(Verdict::drop(lease.error()));
            table::Cold cold;
            cold.pool = pool.serial;
            cold.lease = lease->handle;
            const auto target = to_public_target(action, cold);
            const table::Inserted made = target.goes_on() ? insert(action, cold) : table::Inserted{};
            const bool owned = target.goes_on() && made.result == table::Insert::inserted && !dry_run;
            if (owned) return decision_of(made, action, cold);
            pool.blocks->give_back(lease->handle, key.protocol);
            if (!target.goes_on()) return target_failed(target);
            if (made.result != table::Insert::reverse_conflict) return decision_of(made, action, cold);
        }
        return end<Family>(Verdict::drop(translate::Drop::reverse_conflict));
    }

    // A public destination that is a service or an EIP of this node is translated in the same session.
    Verdict to_public_target(Action& action, table::Cold& cold) const
    {
        const auto* own = local(table::public_network, key.destination);
        if (own == nullptr) return Verdict::next();
        if (own->owner == table::Owner::eip) {
            static_cast<void>(nat::translate_inward(tables, action));
            return Verdict::next();
        }
        const table::Service* service = l4lb::find_service<Family>(tables, action);
        if (service == nullptr) return Verdict::drop(l4lb::Drop::no_such_port);
        const auto backend = l4lb::balance<Family>(*service, action, 0);
        if (!backend) return Verdict::drop(backend.error());
        cold.service = service->id;
        cold.backend = (*backend)->id;
        return Verdict::next();
    }

    Made target_failed(const Verdict& verdict) const
    {
        const Made echo = echo_or_nothing();
        return echo.answer_echo ? echo : end<Family>(verdict);
    }

    table::Inserted insert(Action& action, const table::Cold& cold)
    {
        Action answer = answer_to(action);
        mark_if_local<Family>(tables, action);
        mark_if_local<Family>(tables, answer);
        return dry_run ? rehearse(answer.key) : sessions.insert({action, answer, cold, now}, packet.hash, reserve);
    }

    // What insert() would say, in its order, short of a race and of pairs that wait for their grace period.
    table::Inserted rehearse(const typename Family::Key& answer) const
    {
        if (sessions.size() >= sessions.capacity()) return {table::Insert::full};
        if (sessions.find(answer, sessions.hash(answer)) != table::none) return {table::Insert::reverse_conflict};
        return {table::Insert::inserted, table::none};
    }

    Made decision_of(const table::Inserted& made, const Action& action, const table::Cold& cold) const
    {
        if (made.result == table::Insert::full) return end<Family>(Verdict::drop(translate::Drop::table_full));
        if (dry_run) return {Verdict::next(), false, table::none, action, cold, true};
        return {Verdict::next(), false, made.entry, std::nullopt, cold, true};
    }
};

template<class Family>
Decision<Family> Policy::decide(const BurstContext& context, const Packet& packet) noexcept
{
    auto& sessions = sessions_.of<Family>();
    return Case<Family>{context.tables,
                        packet,
                        sessions,
                        reserves_.of<Family>(),
                        flow_key<Family>(packet),
                        sessions.tick(context.now),
                        context.now,
                        new_sessions_,
                        context.observer != nullptr}
        .decide();
}

// The questions of Case, in its order, short of what is done then.
template<class Family>
bool Policy::begins_session(const table::Snapshot& tables, const typename Family::Key& key, bool connects) noexcept
{
    if (const auto* own = find_local<Family>(tables, key.network, key.destination)) {
        const table::Service* service =
            own->owner == table::Owner::service ? l4lb::find_service<Family>(tables, identity(key)) : nullptr;
        return service != nullptr && !service->stateless;
    }
    if (key.network != table::public_network &&
        (Family::find_route(tables, key.network, key.destination) != table::PrefixMap::none ||
         stateless<Family>(tables, key, connects)))
        return false;
    if constexpr (Family::family == V4::family) {
        if (nat::find_rule(tables, key.network, key.source) == nullptr) return false;
        if (key.protocol == wire::IpProtocol::tcp && !connects) return false;
        if (key.network == table::public_network) return true; // it is not one of ours, as was seen above
        const auto* own = find_local<Family>(tables, table::public_network, key.destination);
        return own == nullptr || own->owner == table::Owner::eip || own->owner == table::Owner::service;
    }
    return false;
}

template bool Policy::begins_session<V4>(const table::Snapshot&, const V4::Key&, bool) noexcept;
template bool Policy::begins_session<V6>(const table::Snapshot&, const V6::Key&, bool) noexcept;
template Decision<V4> Policy::decide<V4>(const BurstContext&, const Packet&) noexcept;
template Decision<V6> Policy::decide<V6>(const BurstContext&, const Packet&) noexcept;

} // namespace sluice
