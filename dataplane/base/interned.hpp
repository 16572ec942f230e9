// Small numbers for values that many share: each value is kept once, for as long as anybody holds its number.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <utility>
#include <vector>

namespace sluice {

template<class Value>
class Interned {
public:
    using Number = std::uint32_t;
    static constexpr Number none = std::numeric_limits<Number>::max();

    Interned() = default;
    Interned(Interned&&) = default;
    Interned& operator=(Interned&&) = default;

    // Each call is one hold.
    [[nodiscard]] Number hold(const Value& value)
    {
        const auto [place, is_new] = numbers_.try_emplace(value, none);
        if (is_new) {
            if (free_.empty()) {
                free_.push_back(static_cast<Number>(rows_.size()));
                rows_.emplace_back();
            }
            place->second = free_.back();
            free_.pop_back();
            rows_[place->second] = {place, 0, ++serial_};
        }
        ++rows_[place->second].holders;
        return place->second;
    }
    void hold_again(Number number) { ++rows_[number].holders; }
    void release(Number number) // none: nothing happens
    {
        if (number == none || --rows_[number].holders != 0) return;
        numbers_.erase(rows_[number].place);
        rows_[number] = {};
        free_.push_back(number);
        ++serial_;
    }

    [[nodiscard]] const Value& operator[](Number number) const { return rows_[number].place->first; }
    // Numbers are given again; of a number and its serial there is one value only.
    [[nodiscard]] std::uint64_t serial(Number number) const { return rows_[number].serial; }
    // Grows whenever a value comes or goes.
    [[nodiscard]] std::uint64_t version() const { return serial_; }
    [[nodiscard]] std::size_t size() const { return numbers_.size(); }
    // Calls visit(value) for each, in order.
    template<class Visit>
    void for_each(Visit&& visit) const
    {
        for (const auto& [value, number] : numbers_)
            visit(value);
    }

private:
    using Numbers = std::map<Value, Number>;
    struct Row {
        typename Numbers::iterator place;
        std::uint32_t holders = 0;
        std::uint64_t serial = 0;
    };
    Numbers numbers_;
    std::vector<Row> rows_;
    std::vector<Number> free_;
    std::uint64_t serial_ = 0;
};

} // namespace sluice
