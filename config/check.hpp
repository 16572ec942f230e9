// The second half of the check: what the sections say to each other. One file per question, one rule per function.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/places.hpp"
#include "config/schema.hpp"

namespace sluice::config {

struct Findings {
    explicit Findings(const Places& where)
        : places(where)
    {
    }

    void error(std::string_view path, std::string what) { errors.push_back(place(path, std::move(what))); }
    void warning(std::string_view path, std::string what) { warnings.push_back(place(path, std::move(what))); }
    [[nodiscard]] PlacedError place(std::string_view path, std::string what) const
    {
        return {places.mark(path), {places.text(path), std::move(what)}};
    }

    const Places& places;
    std::vector<PlacedError> errors;
    std::vector<PlacedError> warnings;
};

// Rules that read one of the sections in `misshapen` are left out: their values are not what the operator meant.
[[nodiscard]] Findings check(const Config& config, const Places& places, const std::vector<std::string>& misshapen);

} // namespace sluice::config
