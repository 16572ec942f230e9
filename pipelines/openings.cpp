#include "pipelines/openings.hpp"

#include <span>

#include "pipelines/l4lb/balance.hpp"
#include "pipelines/nat/outbound.hpp"

namespace sluice {

template<class Family>
unsigned Openings::gather(ExpressLane& lane, unsigned most) noexcept
{
    const ExpressList& openings = lane.of<Family>().openings;
    unsigned wanted = 0;
    for (unsigned i = 0; i < openings.count && wanted < most; ++i) {
        const ExpressItem& item = lane.items[openings.at[i]];
        if (item.entry < table::absent) continue; // it has a session, or its tag is another flow's: then it waits
        ++wanted;
        sessions_.of<Family>().prefetch_bucket_to_write(item.hash);
        sort(item);
    }
    return wanted;
}

void Openings::foresee(ExpressLane& lane, unsigned most) noexcept
{
    const unsigned wanted4 = gather<V4>(lane, most);
    const unsigned wanted6 = gather<V6>(lane, most - wanted4);
    if (wanted4 + wanted6 == 0) return;
    const auto leaving = std::span(leaving_).first(leaving_count_);
    for (const Leaving& each : leaving)
        each.pool->prefetch_subscriber(nat::subscriber_of(each.item->key.v4));
    sessions_.of<V4>().stock(reserves_.of<V4>(), wanted4);
    sessions_.of<V6>().stock(reserves_.of<V6>(), wanted6);
    const auto served = std::span(served_).first(served_count_);
    for (const Served& each : served)
        prefetch_to_read(&each.service->backends[(*each.service->ring)[each.slot]]);
    for (const Served& each : served)
        expect_answer_from_backend(each);
    for (Leaving& each : leaving)
        each.foresight = each.pool->foresee(nat::subscriber_of(each.item->key.v4), each.item->protocol);
    for (const Leaving& each : leaving)
        expect_answer_at_port(each);
    prefetch_answers<V4>();
    prefetch_answers<V6>();
}

void Openings::sort(const ExpressItem& item) noexcept
{
    if (takes_port(item)) return;
    if (item.family == V4::family)
        find_slot<V4>(item);
    else
        find_slot<V6>(item);
}

template<class Family>
void Openings::find_slot(const ExpressItem& item) noexcept
{
    const auto& key = key_of<Family>(item);
    const table::Service* service = l4lb::find_service<Family>(tables_, identity(key));
    if (service == nullptr || service->stateless || service->ring == nullptr || service->ring->empty()) return;
    const std::size_t slot = l4lb::slot_of(key, 0, *service->ring);
    prefetch_to_read(&(*service->ring)[slot]);
    served_[served_count_++] = {&item, service, slot};
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

void Openings::expect_answer_from_backend(const Served& served) noexcept
{
    const table::Service& service = *served.service;
    const table::Backend& backend = service.backends[(*service.ring)[served.slot]];
    const auto expect = [&]<class Family>(Family, const typename Family::Key& key) {
        TranslationOf<Family> action = identity(key);
        if (l4lb::send_to<Family>(service, backend, action)) expect_answer_to<Family>(action);
    };
    if (served.item->family == V4::family)
        expect(V4{}, served.item->key.v4);
    else
        expect(V6{}, served.item->key.v6);
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
    expect_answer_to<V4>(action);
}

template<class Family>
void Openings::expect_answer_to(const TranslationOf<Family>& action) noexcept
{
    Answers& expected = answers<Family>();
    expected.hashes[expected.count++] = sessions_.of<Family>().hash(rewritten_key(action).reversed());
}

template<class Family>
void Openings::prefetch_answers() noexcept
{
    auto& sessions = sessions_.of<Family>();
    const Answers& expected = answers<Family>();
    for (unsigned i = 0; i < expected.count; ++i)
        sessions.prefetch_bucket_to_write(expected.hashes[i]);
}

template<class Family>
Openings::Answers& Openings::answers() noexcept
{
    if constexpr (Family::family == V4::family)
        return answers4_;
    else
        return answers6_;
}

} // namespace sluice
