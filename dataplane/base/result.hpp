// The one shape of an error outside the packet path: where it happened and what would be right.
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace sluice {

// `where` is a place the user knows ("gateway.yaml:14:9: nat.pools.carrier", "interface fabric"), or empty;
// `what` is one sentence fragment without a full stop that names the value and what would be right.
struct Error {
    std::string where;
    std::string what;

    [[nodiscard]] std::string text() const { return where.empty() ? what : where + ": " + what; }
};

template<class T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(std::string where, std::string what)
{
    return tl::unexpected<Error>(Error{std::move(where), std::move(what)});
}

} // namespace sluice
