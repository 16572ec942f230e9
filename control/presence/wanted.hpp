// Where the gateway shall be present: the VPCs that need a namespace, and what belongs into each. A value, compared and
// handed over whole.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "config/schema.hpp"
#include "dataplane/base/address.hpp"

namespace sluice::control::presence {

struct WantedVpc {
    std::uint32_t vni = 0;
    std::uint32_t mtu = 0;
    std::set<Prefix> gateways; // host bits kept: the gateway's address in each subnet
    std::map<IpAddress, MacAddress> neighbors;
    std::map<MacAddress, IpAddress> homes; // which VTEP a machine is behind
    bool operator==(const WantedVpc&) const = default;
};

struct Wanted {
    std::optional<IpAddress> vtep;
    bool vtep_needs_home = false;          // no interface has the address: the loopback device shall
    std::uint16_t port = 0;                // UDP, of VXLAN
    MacAddress mac;                        // the gateway's, in every VPC
    std::map<std::string, WantedVpc> vpcs; // by network
    bool operator==(const Wanted&) const = default;
};

// Whether this network needs one; the dataplane then hands over what is addressed to its gateways.
[[nodiscard]] bool is_present_in(const config::Config& config, const std::string& network);
[[nodiscard]] Wanted wanted_presence(const config::Config& config);

} // namespace sluice::control::presence
