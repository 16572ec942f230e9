// Grace periods over the workers' quiescent states, for owners that poll instead of waiting.
#pragma once

#include <rte_rcu_qsbr.h>

#include "dataplane/pipeline_factory.hpp"

namespace sluice::dataplane {

class RcuGracePeriods final : public GracePeriods {
public:
    explicit RcuGracePeriods(rte_rcu_qsbr* rcu)
        : rcu_(rcu)
    {
    }

    [[nodiscard]] std::uint64_t start() override { return rte_rcu_qsbr_start(rcu_); }
    [[nodiscard]] bool passed(std::uint64_t token) override { return rte_rcu_qsbr_check(rcu_, token, false) == 1; }

private:
    rte_rcu_qsbr* rcu_; // of Published
};

} // namespace sluice::dataplane
