// FRR's configuration from ours: a pure function, the same text for the same configuration.
//
// FRR has no quotes, so a text is a part of it only when it cannot end a line or a word: names are letters, digits and
// - _ . (the check of names), passwords are visible ASCII (config::read_secret), everything else is a number or an
// address.
#pragma once

#include <map>
#include <string>

#include "config/schema.hpp"

namespace sluice::control::bgp {

using Passwords = std::map<std::string, std::string>; // neighbour → its password

// Precondition: the configuration is checked and its mode is `managed`.
[[nodiscard]] std::string frr_config(const config::Config& config, const Passwords& passwords);

} // namespace sluice::control::bgp
