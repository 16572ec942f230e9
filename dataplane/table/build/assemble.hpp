// Building a snapshot's tables from the programmed objects. Each function below makes its tables anew; assemble() calls
// those of which a kind of object changed. The objects have passed validate_set().
#pragma once

#include "dataplane/base/hash.hpp"
#include "dataplane/base/result.hpp"
#include "dataplane/table/build/object_store.hpp"
#include "dataplane/table/build/tunnel_counters.hpp"
#include "dataplane/table/snapshot.hpp"

namespace sluice::table {

struct Limits;

// What the tables are made from, and the tables.
struct Assembly {
    const ObjectStore& objects;
    const Limits& limits;
    const std::vector<Interface>& fixed; // interfaces as the configuration made them
    const Snapshot& before;
    TunnelCounters& counters;
    const Hasher& hasher;
    std::uint32_t& next_serial; // of pools
    Snapshot& out;              // starts as a copy of `before`
};

[[nodiscard]] Result<void> assemble(Assembly& assembly, const Changes& changes);

void assemble_settings(Assembly& assembly);
void assemble_interfaces(Assembly& assembly);
void assemble_networks(Assembly& assembly);
[[nodiscard]] Result<void> assemble_forwarding(Assembly& assembly); // routes, groups, hops, neighbours, tunnels, TEIDs
void assemble_services(Assembly& assembly);
void assemble_translation(Assembly& assembly); // pools, NAT rules, EIPs
void assemble_locals(Assembly& assembly);      // after all others: whose each own address is
void assemble_translating(Assembly& assembly); // after all others: which networks translate by source

} // namespace sluice::table
