// What names an object of the contract: its kind and key fields (sluice.proto states them beside each message).
#pragma once

#include <compare>
#include <cstddef>
#include <string>

#include "dataplane/api/sluice.pb.h"

namespace sluice::api {

using Kind = Object::KindCase;
inline constexpr std::size_t kind_count = Object::kSettings + 1; // numbers of kinds are below it

struct ObjectKey {
    Kind kind = Kind::KIND_NOT_SET;
    std::string bytes; // key fields, big-endian: sorted by number and by address, IPv4 before IPv6

    auto operator<=>(const ObjectKey&) const = default;
};

[[nodiscard]] ObjectKey object_key(const Object& object);

} // namespace sluice::api
