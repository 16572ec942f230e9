// How full the tables are, and how full they have been. Lives in the table server's thread, which looks ten times a
// second: what comes and goes between two looks is not seen.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "dataplane/api/sluice.pb.h"
#include "dataplane/readers.hpp"
#include "dataplane/table/model.hpp"

namespace sluice::dataplane {

class TableUse {
public:
    TableUse(SessionReader& sessions, const table::Model& model)
        : sessions_(sessions)
        , model_(model)
    {
    }

    void look(const table::Snapshot& tables);
    void fill(api::Status& status, const table::Snapshot& tables) const;

private:
    using Name = std::pair<std::string, std::string>; // table, and which of that kind

    template<class Visit>
    void each(const table::Snapshot& tables, Visit&& visit) const; // visit(table, name, used, limit)

    SessionReader& sessions_;
    const table::Model& model_;
    std::map<Name, std::uint64_t> high_water_;
};

} // namespace sluice::dataplane
