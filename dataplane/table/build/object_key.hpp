// What names an object of the contract: its kind and key fields (dataplane/api/sluice.proto states them beside each
// message).
#pragma once

#include <compare>
#include <cstddef>
#include <string>

#include "dataplane/api/sluice.pb.h"

namespace sluice::table {

using Kind = api::Object::KindCase;
inline constexpr std::size_t kind_count = api::Object::kSettings + 1; // numbers of kinds are below it

struct ObjectKey {
    Kind kind = Kind::KIND_NOT_SET;
    std::string bytes; // key fields, big-endian: sorted by number and by address, IPv4 before IPv6

    auto operator<=>(const ObjectKey&) const = default;
};

[[nodiscard]] ObjectKey object_key(const api::Object& object);

// How an error names it: "route 10.1.0.0/24 in network 3". Never fails, whatever the fields hold.
[[nodiscard]] std::string describe(const api::Object& object);

} // namespace sluice::table
