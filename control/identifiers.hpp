// Small, stable numbers for named things. The dataplane indexes arrays by them and its sessions remember them, so a
// name keeps its number over every change and over restarts of this process: they are read back from what is
// programmed, and nowhere else. What a transaction removes is still programmed while it is made, so that no transaction
// gives a number a second meaning.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "control/object_set.hpp"

namespace sluice::control {

// The numbers of one kind, from 1; 0 is the built-in network and "none" elsewhere.
class IdentifierSpace {
public:
    // The name's number; a new name gets the smallest one that nobody holds.
    [[nodiscard]] std::uint32_t of(const std::string& name);

    // The dataplane holds `id` as `name`: whoever else had either gives way.
    void adopt(const std::string& name, std::uint32_t id);

private:
    std::map<std::string, std::uint32_t> ids_;
    std::map<std::uint32_t, std::string> names_; // the same pairs by number
};

struct Identifiers {
    explicit Identifiers(const ObjectSet& programmed);

    IdentifierSpace networks;
    IdentifierSpace pools;
    IdentifierSpace services;
    IdentifierSpace backends;
};

// A backend's name among all services: "order/10.1.0.31:8443" ("order/[2001:db8::1]:8443" for IPv6), with the service's
// mode where that is not the ordinary one: the sessions of one mode mean nothing in another, so they end with its
// backends.
[[nodiscard]] std::string backend_name(const api::Service& service, const std::string& packed_address,
                                       std::uint32_t port);

} // namespace sluice::control
