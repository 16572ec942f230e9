// What a transaction may hold. The control process has checked the user's file already; here only what the tables could
// not hold, or would hold in contradiction, is refused. Each error names the object.
#pragma once

#include <cstdint>
#include <vector>

#include "dataplane/base/result.hpp"
#include "dataplane/table/build/object_store.hpp"
#include "dataplane/table/snapshot.hpp"

namespace sluice::table {

// Identifiers index arrays, so they stay small: each is below its bound.
struct Bounds {
    static constexpr std::uint32_t networks = 4096;
    static constexpr std::uint32_t pools = 4096;
    static constexpr std::uint32_t services = 65'536;
    static constexpr std::uint32_t backends = 1U << 20;
    static constexpr std::uint32_t pool_addresses = 4096; // of one pool; 3 bits per port make 100 MB of it
    static constexpr int hops = 64;                       // of one route
};

// One object by itself: lengths, ranges, and the interfaces, for these exist from the start.
[[nodiscard]] Result<void> validate_object(const api::Object& object, const std::vector<Interface>& fixed);

// All objects together: what refers to something, what must be there once only, and how many there may be. Every object
// has passed validate_object(), and before `changes` they passed this. Cost: routes, neighbours and tunnels what is
// changed, unless a network goes or the settings change; of all other kinds the whole kind when one of it changed.
[[nodiscard]] Result<void> validate_set(const ObjectStore& objects, const Changes& changes, std::uint32_t route_limit);

// Learned routes by themselves: prefixes, groups, and next hops, which lead to links.
[[nodiscard]] Result<void> validate_learned(const api::RouteSet& routes, const std::vector<Interface>& fixed);

// Parts of the two above, each about its kinds; an error's place is filled in by the caller.
using Verdict = tl::expected<void, std::string>;
[[nodiscard]] inline tl::unexpected<std::string> refuse(std::string what)
{
    return tl::unexpected<std::string>(std::move(what));
}

[[nodiscard]] Verdict check_translation(const api::Object& object); // pool, nat rule, eip
[[nodiscard]] Verdict check_service(const api::Service& service);
[[nodiscard]] Verdict check_address(const std::string& packed); // 4 or 16 bytes
[[nodiscard]] Verdict check_prefix(const api::Address& prefix); // and no host bits
[[nodiscard]] Result<void> validate_translation_set(const ObjectStore& objects);
[[nodiscard]] Result<void> validate_service_set(const ObjectStore& objects);

} // namespace sluice::table
