// Names for how a packet ended. Each stage folder has one `Drop` enum (and a `Consumed` enum where packets do their
// work there) with a table of rows beside it; a flat index of both makes one counter array and one metric label.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sluice {

enum class Stage : std::uint8_t { worker, parse, translate, route, nat, l4lb, vxlan, gtpu };
inline constexpr std::size_t stage_count = 8;
inline constexpr std::size_t reasons_per_stage = 32;
inline constexpr std::size_t reason_count = stage_count * reasons_per_stage;

// One row: `name` is the enumerator's own spelling, `meaning` what happened, `mend` what the operator does about it.
template<class Enum>
struct ReasonRow {
    Enum value;
    std::string_view name;
    std::string_view meaning;
    std::string_view mend;
};

// Rows stand in the enum's order without gaps, and the enum ends in `count_`.
template<class Enum, std::size_t Rows>
consteval bool rows_match_enum(const std::array<ReasonRow<Enum>, Rows>& rows)
{
    if (Rows != static_cast<std::size_t>(Enum::count_) || Rows > reasons_per_stage) return false;
    for (std::size_t i = 0; i < Rows; ++i)
        if (static_cast<std::size_t>(rows[i].value) != i || rows[i].name.empty()) return false;
    return true;
}

// A stage's enums say where they belong by an overload of stage_of found beside them.
template<class Enum>
concept StageReason = requires(Enum value)
{
    {
        stage_of(value)
        } -> std::same_as<Stage>;
    Enum::count_;
};

template<StageReason Enum>
constexpr std::uint8_t flat_reason(Enum value) noexcept
{
    return static_cast<std::uint8_t>(static_cast<std::size_t>(stage_of(value)) * reasons_per_stage +
                                     static_cast<std::size_t>(value));
}
static_assert(reason_count <= 256);

// A row as the tools see it, its enum forgotten.
struct Reason {
    std::uint8_t flat;
    std::string_view stage;
    std::string_view name;
    std::string_view meaning;
    std::string_view mend;
};

constexpr std::string_view stage_name(Stage stage) noexcept
{
    constexpr std::array<std::string_view, stage_count> names{"worker", "parse", "translate", "route",
                                                              "nat",    "l4lb",  "vxlan",     "gtpu"};
    return names[static_cast<std::size_t>(stage)];
}

// The stage that a flat number belongs to.
constexpr std::string_view stage_name(std::uint8_t flat) noexcept
{
    return stage_name(static_cast<Stage>(flat / reasons_per_stage));
}

template<StageReason Enum>
constexpr Reason describe(const ReasonRow<Enum>& row) noexcept
{
    return {flat_reason(row.value), stage_name(stage_of(row.value)), row.name, row.meaning, row.mend};
}

// Every drop and every consumed reason of the composed program: what `sluicectl drops` prints and metrics label.
struct ReasonCatalog {
    std::span<const Reason> drops;
    std::span<const Reason> consumed;
};

} // namespace sluice
