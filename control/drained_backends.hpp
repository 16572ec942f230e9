// The backends that an operator has drained, kept in the state folder: a line "SERVICE ADDRESS PORT" each in `drained`.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "control/desired/judgements.hpp"
#include "dataplane/base/result.hpp"

namespace sluice::control {

class DrainedBackends {
public:
    // A folder without the file has drained none. A line that cannot be read counts for nothing and is told.
    [[nodiscard]] static DrainedBackends open(const std::string& folder);

    [[nodiscard]] const std::set<BackendName>& names() const { return names_; }
    [[nodiscard]] const std::vector<std::string>& unreadable() const { return unreadable_; } // a sentence per line

    // Replaces the file as a whole; an error leaves it, and names(), as they were.
    [[nodiscard]] Result<void> keep(std::set<BackendName> names);

private:
    std::string path_;
    std::set<BackendName> names_;
    std::vector<std::string> unreadable_;
};

} // namespace sluice::control
