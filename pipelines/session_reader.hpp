// What the tools see of the sessions. Runs in the table server's thread; costs a look at every live session, about 50
// ns each, per question.
#pragma once

#include <vector>

#include "dataplane/readers.hpp"
#include "pipelines/ageing.hpp"
#include "pipelines/traffic.hpp"
#include "pipelines/translate/sessions.hpp"

namespace sluice {

class SessionReader final : public dataplane::SessionReader {
public:
    SessionReader(translate::Sessions& sessions, const Ageing& ageing, std::uint64_t tsc_hz)
        : sessions_(sessions)
        , ageing_(ageing)
        , tsc_hz_(tsc_hz)
    {
    }

    // What the worker sent without sessions is told with the rest.
    void add(Traffic& worker) { workers_.push_back(&worker); }

    void sessions(const api::SessionFilter& filter, unsigned limit, const table::Snapshot& tables,
                  api::Sessions& answer) override;
    void services(const table::Snapshot& tables, api::Services& answer) override;
    [[nodiscard]] std::uint64_t session_count() override { return sessions_.size(); }
    [[nodiscard]] std::array<dataplane::SessionMemory, 2> memory() override
    {
        const auto of = [](const auto& table) {
            return dataplane::SessionMemory{table.size(), table.capacity(), table.bytes()};
        };
        return {of(sessions_.of<V4>()), of(sessions_.of<V6>())};
    }

private:
    translate::Sessions& sessions_;
    const Ageing& ageing_;
    std::uint64_t tsc_hz_;
    std::vector<Traffic*> workers_;
};

} // namespace sluice
