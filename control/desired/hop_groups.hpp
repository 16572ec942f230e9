// Next hops as the dataplane is told them, each list once with a number; a number belongs to its list as long as
// anybody holds it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "dataplane/api/sluice.pb.h"

namespace sluice::control {

class HopGroups {
public:
    // Each call is one hold on the number that it gives.
    [[nodiscard]] std::uint32_t hold(const api::RouteGroup& group);
    void hold(std::uint32_t number) { ++entries_[number].holders; }
    void release(std::uint32_t number);
    [[nodiscard]] const api::RouteGroup& operator[](std::uint32_t number) const { return entries_[number].group; }

private:
    struct Entry {
        api::RouteGroup group;
        std::uint32_t holders = 0;
    };

    std::map<std::string, std::uint32_t> numbers_;
    std::vector<Entry> entries_; // by number
    std::vector<std::uint32_t> free_;
};

} // namespace sluice::control
