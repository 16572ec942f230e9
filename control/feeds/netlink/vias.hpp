// Where the kernel's routes lead, each list of hops once with a number that routes have instead. A number belongs to
// its list as long as anybody holds it. Used by the mirror's thread only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "dataplane/base/address.hpp"

namespace sluice::control::netlink {

struct Hop {
    std::uint32_t link = 0;
    std::optional<IpAddress> gateway;
    std::uint32_t weight = 1;
    auto operator<=>(const Hop&) const = default;
};

struct Via {
    std::vector<Hop> hops;
    std::uint8_t protocol = 0;
    std::uint32_t metric = 0;
    auto operator<=>(const Via&) const = default;
};

class Vias {
public:
    // Each call is one hold on the number that it gives.
    [[nodiscard]] std::uint32_t hold(const Via& via)
    {
        const auto [place, is_new] = numbers_.try_emplace(via, 0U);
        if (is_new) {
            place->second = take();
            entries_[place->second].via = &place->first;
            entries_[place->second].is_new = true;
            new_.push_back(place->second);
        }
        ++entries_[place->second].holders;
        return place->second;
    }
    void hold(std::uint32_t number) { ++entries_[number].holders; }
    void release(std::uint32_t number)
    {
        Entry& entry = entries_[number];
        if (--entry.holders != 0) return;
        entry.is_new = false;
        numbers_.erase(numbers_.find(*std::exchange(entry.via, nullptr)));
        free_.push_back(number);
    }
    [[nodiscard]] const Via& operator[](std::uint32_t number) const { return *entries_[number].via; }

    // Those that are held and were not told before, each once.
    [[nodiscard]] std::vector<std::uint32_t> take_new()
    {
        std::vector<std::uint32_t> out;
        for (const std::uint32_t number : std::exchange(new_, {}))
            if (std::exchange(entries_[number].is_new, false)) out.push_back(number);
        return out;
    }
    [[nodiscard]] bool has_new() const { return !new_.empty(); }
    void tell_all_again()
    {
        for (const auto& [via, number] : numbers_) {
            entries_[number].is_new = true;
            new_.push_back(number);
        }
    }

private:
    struct Entry {
        const Via* via = nullptr; // in numbers_
        std::uint32_t holders = 0;
        bool is_new = false;
    };

    [[nodiscard]] std::uint32_t take()
    {
        if (free_.empty()) {
            entries_.emplace_back();
            return static_cast<std::uint32_t>(entries_.size() - 1);
        }
        const std::uint32_t number = free_.back();
        free_.pop_back();
        return number;
    }

    std::map<Via, std::uint32_t> numbers_;
    std::vector<Entry> entries_; // by number
    std::vector<std::uint32_t> free_;
    std::vector<std::uint32_t> new_;
};

} // namespace sluice::control::netlink
