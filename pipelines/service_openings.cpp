#include "pipelines/service_openings.hpp"

#include <new>

#include "dataplane/wire/tcp.hpp"
#include "pipelines/express_look.hpp"
#include "pipelines/express_route.hpp"
#include "pipelines/ip/way.hpp"
#include "pipelines/stateless.hpp"

namespace sluice {

template<class Family>
bool ServiceOpenings<Family>::add(ExpressItem& item) noexcept
{
    const Key& key = key_of<Family>(item);
    if (key.network != table::public_network) return false;
    if (key.destination != destination_ || key.destination_port != port_ || key.protocol != protocol_) {
        destination_ = key.destination;
        port_ = key.destination_port;
        protocol_ = key.protocol;
        service_ = find(key);
        if (service_ != nullptr) slots_ = l4lb::Slots(*service_->ring);
    }
    if (service_ == nullptr) return false;
    Start& start = starts_.at[starts_.count++];
    start.item = &item;
    start.service = service_;
    start.slot = slots_.of(key, 0);
    prefetch_to_read(start.slot);
    if (wants_clamp(item) && !tables_.routes.is_small())
        Family::prefetch_route(tables_, table::public_network, key.source);
    return true;
}

// As the policy finds it.
template<class Family>
const table::Service* ServiceOpenings<Family>::find(const Key& key) const noexcept
{
    const auto* own = find_local<Family>(tables_, key.network, key.destination);
    if (own == nullptr || own->owner != table::Owner::service) return nullptr;
    const table::Service* service = l4lb::find_service<Family>(tables_, identity(key));
    const bool begins =
        service != nullptr && !service->stateless && service->ring != nullptr && !service->ring->empty();
    return begins ? service : nullptr;
}

template<class Family>
void ServiceOpenings<Family>::fetch_backends() noexcept
{
    for (const Start& start : starts())
        prefetch_to_read(&start.service->backends[*start.slot]);
    if (tables_.routes.is_small()) return;
    for (const Start& start : starts())
        if (wants_clamp(*start.item))
            static_cast<void>(Family::begin_route(tables_, table::public_network, key_of<Family>(*start.item).source));
}

template<class Family>
void ServiceOpenings<Family>::compose(std::uint32_t tick) noexcept
{
    unsigned kept = 0;
    for (unsigned i = 0; i < starts_.count; ++i) {
        if (!compose(starts_.at[i], tick)) continue;
        if (kept != i) starts_.at[kept] = starts_.at[i];
        ++kept;
    }
    starts_.count = kept;
    sessions_.hash_each(
        starts_.count, [&](unsigned i) { return &starts_.at[i].session.reverse.key; },
        [&](unsigned i, std::uint64_t hash) { starts_.at[i].item->answer_hash = hash; });
    for (const Start& start : starts())
        sessions_.prefetch_bucket_to_write(start.item->answer_hash);
}

// False: the backend that its slot names is of the other family. Both directions are made where they stay: what is
// written in parts can be copied whole only when all of it has left the processor.
template<class Family>
[[gnu::always_inline]] inline bool ServiceOpenings<Family>::compose(Start& start, std::uint32_t tick) noexcept
{
    using Action = TranslationOf<Family>;
    const table::Service& service = *start.service;
    const table::Backend& backend = service.backends[*start.slot];
    Action& action = *::new (&start.session.forward) Action(identity(key_of<Family>(*start.item)));
    if (!l4lb::send_to<Family>(service, backend, action)) return false;
    ::new (&start.session.reverse) Action(answer_to(action));
    start.session.cold.service = service.id;
    start.session.cold.backend = backend.id;
    start.session.now = tick;
    prefetch_to_read(&traffic_.backend(backend.id));
    return true;
}

template<class Family>
void ServiceOpenings<Family>::make_ready() noexcept
{
    for (Start& start : starts())
        make_ready(start);
}

template<class Family>
[[gnu::always_inline]] inline void ServiceOpenings<Family>::make_ready(Start& start) noexcept
{
    ExpressItem& item = *start.item;
    const TranslationOf<Family>& action = start.session.forward;
    if (item.tunnel != table::none || !express::is_ordinary(action.key)) return;
    mark_if_local<Family>(tables_, start.session.reverse);
    const std::uint32_t hop = find_hop(start);
    if (hop == table::none) return;
    item.mtu_back =
        wants_clamp(item) ? ip::mtu_to<Family>(tables_, action.key.network, action.key.source, item.hash) : table::none;
    const std::uint32_t pair = sessions_.prepare(start.session, reserve_);
    if (pair == table::none) return;
    item.entry = 2 * pair;
    auto& entry = sessions_.entry(item.entry);
    entry.next_hop.store(table::remembered_hop(tables_.network_epochs[action.out_network], hop),
                         std::memory_order_relaxed);
    entry.tcp_flags_seen.store(item.tcp_flags, std::memory_order_relaxed);
    express::take_exit(item, tables_, hop);
    item.lane = ExpressSeen::Lane::begins;
}

// To its backend, which is not the node itself: of those no hop is remembered.
template<class Family>
[[gnu::always_inline]] inline std::uint32_t ServiceOpenings<Family>::find_hop(Start& start) noexcept
{
    TranslationOf<Family>& action = start.session.forward;
    KnownBackend& known = traffic_.backend(start.session.cold.backend);
    if (const std::uint32_t hop = known.hop(tables_.generation); hop != table::none) return hop;
    mark_if_local<Family>(tables_, action);
    if (action.has(action.answers_local)) return table::none;
    return express::hop_to_backend<Family>(tables_, known, action.out_network, action.new_destination,
                                           start.item->hash);
}

// A SYN with options: one of them may be too large an MSS.
template<class Family>
bool ServiceOpenings<Family>::wants_clamp(const ExpressItem& item) const noexcept
{
    if ((item.tcp_flags & wire::Tcp::syn) == 0 || !tables_.settings.mss_clamp) return false;
    const auto& tcp = *reinterpret_cast<const wire::Tcp*>(item.ip + sizeof(typename Family::Header));
    return tcp.data_offset() > wire::Tcp::min_header_length;
}

template class ServiceOpenings<V4>;
template class ServiceOpenings<V6>;

} // namespace sluice
