// Sessions that begin on the lane (service_openings.hpp): each in its turn, with the cap and the buckets as they are
// now.
#include <algorithm>

#include "dataplane/wire/tcp.hpp"
#include "pipelines/express.hpp"
#include "pipelines/translate/rewrite.hpp"

namespace sluice {

// True: it has a session, and leaves by its exit. False: it is as it was, for the general way.
bool Express::begin(Item& item) noexcept
{
    if (item.lane != Lane::begins) return false;
    return item.family == V4::family ? begin<V4>(item) : begin<V6>(item);
}

template<class Family>
inline bool Express::begin(Item& item) noexcept
{
    auto& sessions = sessions_.of<Family>();
    table::PairReserve& reserve = reserves_.of<Family>();
    const std::uint32_t pair = item.entry / 2;
    item.lane = Lane::keyed;
    if (!item.exit->takes(item.l3_length) || new_sessions_.is_spent(context_.now)) {
        sessions.take_back(pair, reserve);
        return false;
    }
    const table::Inserted made = sessions.publish(pair, item.hash, item.answer_hash, reserve);
    if (made.result != table::Insert::inserted) return false;
    static_cast<void>(new_sessions_.allows(context_.now));
    item.lane = Lane::session;
    if (item.mtu_back != table::none) {
        auto& tcp = *reinterpret_cast<wire::Tcp*>(item.ip + sizeof(typename Family::Header));
        const std::uint32_t mtu = std::min<std::uint32_t>(item.exit->mtu, item.mtu_back);
        translate::clamp_mss<Family>(tcp, static_cast<std::uint16_t>(mtu));
    }
    return true;
}

} // namespace sluice
