// One end of a flow as one writes it: an address, with or without a port.
#pragma once

#include <cstdint>
#include <string>

#include <tl/expected.hpp>

#include "dataplane/base/address.hpp"
#include "tools/sluicectl/outcome.hpp"

namespace sluice::ctl {

struct End {
    IpAddress address;
    std::uint32_t port = 0;
    bool has_port = false;
};

// "10.1.0.31", "10.1.0.31:8443", "2001:db8::1", "[2001:db8::1]:443"; anything else is wrong usage.
[[nodiscard]] tl::expected<End, Trouble> read_end(const std::string& text);

} // namespace sluice::ctl
