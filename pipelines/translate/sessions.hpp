// The sessions of both families behind one name. Made once at start; see dataplane/table/session_table.hpp.
#pragma once

#include <algorithm>
#include <cstdint>

#include "dataplane/burst/family.hpp"
#include "dataplane/table/session_table.hpp"

namespace sluice::translate {

class Sessions {
public:
    // NAT translates IPv4 only, so of all sessions a quarter is kept for IPv6.
    explicit Sessions(std::uint32_t limit)
        : v4_(std::max(1U, limit - limit / ipv6_part), Hasher::random())
        , v6_(std::max(1U, limit / ipv6_part), Hasher::random())
    {
    }

    template<class Family>
    [[nodiscard]] table::SessionTable<typename Family::Key>& of() noexcept
    {
        if constexpr (Family::family == V4::family)
            return v4_;
        else
            return v6_;
    }

    [[nodiscard]] std::uint64_t size() const { return std::uint64_t{v4_.size()} + v6_.size(); }

private:
    static constexpr std::uint32_t ipv6_part = 4;

    table::SessionTable<table::FlowKey4> v4_;
    table::SessionTable<table::FlowKey6> v6_;
};

} // namespace sluice::translate
