// Building a snapshot's tables from the programmed objects. Forwarding changes its tables where objects changed; each
// function below makes its small tables anew, and assemble() calls those of which a kind of object changed. The objects
// have passed validate_set().
#pragma once

#include "dataplane/base/hash.hpp"
#include "dataplane/base/result.hpp"
#include "dataplane/table/build/forwarding.hpp"
#include "dataplane/table/build/object_store.hpp"
#include "dataplane/table/snapshot.hpp"

namespace sluice::table {

struct Limits;

// What the tables are made from, and the tables.
struct Assembly {
    const ObjectStore& objects;
    const Limits& limits;
    const std::vector<Interface>& fixed; // interfaces as the configuration made them
    const Snapshot& before;
    Forwarding& forwarding;
    const Hasher& hasher;
    std::uint32_t& next_serial; // of pools
    Snapshot& out;              // starts as a copy of `before`
    bool learned_changed = false;
};

[[nodiscard]] Result<void> assemble(Assembly& assembly, const Changes& changes);

void assemble_settings(Assembly& assembly);
void assemble_interfaces(Assembly& assembly);
void assemble_networks(Assembly& assembly);
void assemble_services(Assembly& assembly);
void assemble_translation(Assembly& assembly); // pools, NAT rules, EIPs
void assemble_locals(Assembly& assembly);      // after all others: whose each own address is
void assemble_translating(Assembly& assembly); // after all others: which networks translate by source

} // namespace sluice::table
