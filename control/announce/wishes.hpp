// Which prefixes routing daemons should be told of. Pure: what the operator allows, what the dataplane holds, and what
// it should hold next. A service is withdrawn as soon as the next state has no usable backend for it, and announced
// when the dataplane has one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "config/schema.hpp"
#include "control/object_set.hpp"

namespace sluice::control::announce {

// The metric of a kind's routes, by which a routing daemon tells kinds apart (FRR: `match metric 100`).
enum class Kind : std::uint32_t { service = 100, eip = 101, nat_pool = 102 };

[[nodiscard]] std::string_view text(Kind kind);
[[nodiscard]] std::optional<Kind> kind_of(std::uint32_t metric);

struct Wish {
    Kind kind = Kind::service;
    std::string of; // names of the services, network of the EIP, name of the pool
    bool operator==(const Wish&) const = default;
};

using Wishes = std::map<Prefix, Wish>;

// Of services that have a backend to give new flows to: name → address.
using Usable = std::map<std::string, IpAddress>;
[[nodiscard]] Usable usable_services(const ObjectSet& objects);

// `held` and `next` are usable_services of what the dataplane holds and of what it should hold.
[[nodiscard]] Wishes wishes(const config::Config& config, const Usable& held, const Usable& next);

} // namespace sluice::control::announce
