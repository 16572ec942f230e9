// The pairs of both families that one worker has at hand for new sessions. Written and read by that worker; see
// dataplane/table/pair_reserve.hpp.
#pragma once

#include "pipelines/translate/sessions.hpp"

namespace sluice::translate {

class Reserves {
public:
    template<class Family>
    [[nodiscard]] table::PairReserve& of() noexcept
    {
        if constexpr (Family::family == V4::family)
            return v4_;
        else
            return v6_;
    }

    // At the end of a burst.
    void settle(Sessions& sessions) noexcept
    {
        sessions.of<V4>().settle(v4_);
        sessions.of<V6>().settle(v6_);
    }
    void give_up(Sessions& sessions) noexcept
    {
        sessions.of<V4>().give_up(v4_);
        sessions.of<V6>().give_up(v6_);
    }

private:
    table::PairReserve v4_;
    table::PairReserve v6_;
};

} // namespace sluice::translate
