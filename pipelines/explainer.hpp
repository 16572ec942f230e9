// `sluicectl why`: one made-up packet through the real pipeline, over the published tables, as a dry run. Runs in the
// table server's thread; costs a worker's counters for the time of the question (32 bytes per tunnel).
#pragma once

#include "dataplane/pipeline_factory.hpp"
#include "dataplane/reason_names.hpp"
#include "pipelines/translate/sessions.hpp"

namespace sluice {

class Explainer final : public dataplane::Explainer {
public:
    Explainer(translate::Sessions& sessions, const dataplane::GatewaySetup& setup, const ReasonCatalog& reasons)
        : sessions_(sessions)
        , setup_(setup)
        , names_(reasons)
    {
    }

    [[nodiscard]] Result<void> explain(const api::Explain& question, const table::Snapshot& tables, rte_mempool* pool,
                                       std::uint64_t now, api::Explanation& answer) override;

private:
    translate::Sessions& sessions_;
    dataplane::GatewaySetup setup_;
    dataplane::ReasonNames names_;
};

} // namespace sluice
