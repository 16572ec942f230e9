// Learned routes as the contract carries them: written one by one, read one by one, checked before they are read.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dataplane/api/sluice.pb.h"
#include "dataplane/base/result.hpp"
#include "dataplane/base/route_key.hpp"

namespace sluice::api {

// Routes of one message at most: 1.2 MB of IPv6 at the most, and 30 ms of the table server's time.
inline constexpr std::size_t routes_per_message = 65'536;

// A route to be removed has no group.
void append(RouteSet& set, const RouteKey& key);
// `group`: the index that its next hops have, or will have, in set.groups.
void append(RouteSet& set, const RouteKey& key, std::uint32_t group);

[[nodiscard]] std::size_t count(const RouteSet& set);
// The one that stands last in the order of prefixes, when they were appended in it.
[[nodiscard]] std::optional<RouteKey> last(const RouteSet& set);
[[nodiscard]] Address to_address(const RouteKey& key);
// nullopt: no prefix, or one with host bits.
[[nodiscard]] std::optional<RouteKey> key_of(const Address& address);

// Whole prefixes without host bits; beside each, with `grouped`, the index of a group that is there.
[[nodiscard]] Result<void> check(const RouteSet& set, bool grouped);

namespace route_set {

inline constexpr std::size_t stride4 = 5;
inline constexpr std::size_t stride6 = 17;
[[nodiscard]] RouteKey key4(const char* bytes);
[[nodiscard]] RouteKey key6(const char* bytes);

} // namespace route_set

// Calls visit(key, group) for each; group is 0 where there is none. Precondition: it has passed check().
template<class Visit>
void for_each_route(const RouteSet& set, Visit&& visit)
{
    const auto group = [](const auto& groups, std::size_t i) {
        return i < static_cast<std::size_t>(groups.size()) ? groups[static_cast<int>(i)] : 0U;
    };
    const std::string& v4 = set.prefixes4();
    for (std::size_t i = 0; (i + 1) * route_set::stride4 <= v4.size(); ++i)
        visit(route_set::key4(v4.data() + i * route_set::stride4), group(set.groups4(), i));
    const std::string& v6 = set.prefixes6();
    for (std::size_t i = 0; (i + 1) * route_set::stride6 <= v6.size(); ++i)
        visit(route_set::key6(v6.data() + i * route_set::stride6), group(set.groups6(), i));
}

} // namespace sluice::api
