#include "pipelines/openings.hpp"

#include <span>

#include "pipelines/l4lb/balance.hpp"
#include "pipelines/nat/outbound.hpp"

namespace sluice {

template<class Family>
unsigned Openings::gather(unsigned most) noexcept
{
    const ExpressList& openings = lane_.of<Family>().openings;
    unsigned wanted = 0;
    for (unsigned i = 0; i < openings.count && wanted < most; ++i) {
        ExpressItem& item = lane_.items[openings.at[i]];
        if (item.entry < table::absent) continue; // it has a session, or its tag is another flow's: then it waits
        ++wanted;
        sessions_.of<Family>().prefetch_bucket_to_write(item.hash);
        if (!services<Family>().add(item)) static_cast<void>(takes_port(item));
    }
    return wanted;
}

void Openings::foresee(unsigned most, std::uint32_t tick) noexcept
{
    const unsigned wanted4 = gather<V4>(most);
    const unsigned wanted6 = gather<V6>(most - wanted4);
    if (wanted4 + wanted6 == 0) return;
    const auto leaving = std::span(leaving_).first(leaving_count_);
    for (const Leaving& each : leaving)
        each.pool->prefetch_subscriber(nat::subscriber_of(each.item->key.v4));
    sessions_.of<V4>().stock(reserves_.of<V4>(), wanted4);
    sessions_.of<V6>().stock(reserves_.of<V6>(), wanted6);
    make_ready<V4>(wanted4, tick);
    make_ready<V6>(wanted6, tick);
    for (Leaving& each : leaving)
        each.foresight = each.pool->foresee(nat::subscriber_of(each.item->key.v4), each.item->protocol);
    for (const Leaving& each : leaving)
        expect_answer_at_port(each);
    for (const std::uint64_t answer : std::span(answers_).first(answer_count_))
        sessions_.of<V4>().prefetch_bucket_to_write(answer);
}

// Where pairs are scarce, the general way gives them out, in the packets' order.
template<class Family>
void Openings::make_ready(unsigned wanted, std::uint32_t tick) noexcept
{
    if (wanted == 0) return;
    services<Family>().fetch_backends();
    services<Family>().compose(tick);
    if (reserves_.of<Family>().size() >= wanted) services<Family>().make_ready();
}

bool Openings::takes_port(const ExpressItem& item) noexcept
{
    if (item.family != V4::family) return false;
    const table::FlowKey4& key = item.key.v4;
    if (tables_.locals4.find(table::local4_key(key.network, key.destination)) != nullptr) return false;
    const table::NatRule* rule = nat::find_rule(tables_, key.network, key.source);
    if (rule == nullptr) return false;
    leaving_[leaving_count_++] = {&item, tables_.pools[rule->pool].blocks.get(), {}};
    return true;
}

void Openings::expect_answer_at_port(const Leaving& leaving) noexcept
{
    const auto lease = leaving.pool->foreseen(leaving.foresight);
    if (!lease) return;
    TranslationOf<V4> action = identity(leaving.item->key.v4);
    set_source(action, wire::Be32{lease->address}.raw(), wire::Be16{lease->port}.raw());
    action.out_network = table::public_network;
    if (tables_.locals4.find(table::local4_key(table::public_network, action.new_destination)) != nullptr) {
        const table::Service* service = l4lb::find_service<V4>(tables_, action);
        if (service != nullptr) static_cast<void>(l4lb::balance<V4>(*service, action, 0));
    }
    answers_[answer_count_++] = sessions_.of<V4>().hash(rewritten_key(action).reversed());
}

template<class Family>
ServiceOpenings<Family>& Openings::services() noexcept
{
    if constexpr (Family::family == V4::family)
        return services4_;
    else
        return services6_;
}

} // namespace sluice
