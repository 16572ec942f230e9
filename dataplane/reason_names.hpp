// The reasons of the composed program: the pipelines' and the worker's own, found by their flat number.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "dataplane/burst/reasons.hpp"
#include "dataplane/worker_drops.hpp"

namespace sluice::dataplane {

class ReasonNames {
public:
    explicit ReasonNames(const ReasonCatalog& pipelines)
        : consumed_(pipelines.consumed.begin(), pipelines.consumed.end())
    {
        for (const auto& row : worker::drop_reasons)
            drops_.push_back(describe(row));
        drops_.insert(drops_.end(), pipelines.drops.begin(), pipelines.drops.end());
        drop_names_.fill("unnamed");
        for (const Reason& reason : drops_)
            drop_names_[reason.flat] = reason.name;
    }

    [[nodiscard]] const std::vector<Reason>& drops() const { return drops_; }
    [[nodiscard]] const std::vector<Reason>& consumed() const { return consumed_; }
    [[nodiscard]] std::string_view drop_name(std::uint8_t flat) const { return drop_names_[flat]; }

private:
    std::vector<Reason> drops_;
    std::vector<Reason> consumed_;
    std::array<std::string_view, reason_count> drop_names_;
};

} // namespace sluice::dataplane
