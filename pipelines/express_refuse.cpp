// While the cap on new sessions is spent: first packets of flows end here, for most of what the general way asks of
// them was asked already. A flood costs its worker little more than what it lets through.
#include "dataplane/wire/tcp.hpp"
#include "pipelines/express.hpp"
#include "pipelines/express_look.hpp"
#include "pipelines/policy.hpp"
#include "pipelines/translate/drops.hpp"

namespace sluice {

// Of the packets whose flow seems to be new those that would begin a session. One out of VXLAN does not know yet which
// tunnel counts it.
template<class Family>
void Express::mark_openings() noexcept
{
    const ExpressList& openings = lane_.of<Family>().openings;
    for (unsigned i = 0; i < openings.count; ++i) {
        Item& item = lane_.items[openings.at[i]];
        item.opens = item.tunnel != Item::from_vxlan && may_open<Family>(item);
        if (item.opens && item.tunnel != table::none) traffic_.prefetch_tunnel(item.tunnel);
    }
    for (unsigned i = 0; i < openings.count; ++i) {
        Item& item = lane_.items[openings.at[i]];
        item.opens = item.opens && is_opening<Family>(item);
    }
}

template<class Family>
inline bool Express::may_open(const Item& item) const noexcept
{
    return express::is_ordinary(key_of<Family>(item)) && (item.entry == table::absent || !has_session<Family>(item));
}

template<class Family>
inline bool Express::is_opening(const Item& item) const noexcept
{
    const bool connects = item.protocol == wire::IpProtocol::tcp && wire::Tcp::is_opening(item.tcp_flags);
    return Policy::begins_session<Family>(tables_, key_of<Family>(item), connects);
}

template<class Family>
inline bool Express::has_session(const Item& item) const noexcept
{
    return sessions_.of<Family>().find(key_of<Family>(item), item.hash) != table::none;
}

// In its turn: what stood before it in the burst may have spent the cap, or begun its session.
bool Express::is_refused(const Item& item) const noexcept
{
    if (!item.opens || !new_sessions_.is_spent(context_.now)) return false;
    if (reserves_.of<V4>().begun == 0 && reserves_.of<V6>().begun == 0) return true;
    return !(item.family == V4::family ? has_session<V4>(item) : has_session<V6>(item));
}

// Its mbuf is freed with those of the others, at the burst's end.
void Express::refuse(const Item& item) noexcept
{
    traffic_.interface(item.interface).received(item.mbuf->pkt_len);
    traffic_.network(item.network).received(item.l3_length);
    if (item.tunnel != table::none) traffic_.tunnel(item.tunnel).received(item.l3_length);
    constexpr std::uint8_t reason = flat_reason(translate::Drop::new_session_limit);
    context_.last_drops.record(context_.now, reason, item.interface, *item.mbuf, 0);
    context_.ledger.drop(reason);
    lane_.refused.at[lane_.refused.count++] = item.mbuf;
}

void Express::free_refused() noexcept
{
    rte_pktmbuf_free_bulk(lane_.refused.at.data(), lane_.refused.count);
}

template void Express::mark_openings<V4>() noexcept; // for express.cpp
template void Express::mark_openings<V6>() noexcept;

} // namespace sluice
