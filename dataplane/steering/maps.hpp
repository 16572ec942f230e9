// The maps of one loaded program, by their names. Their descriptors stay usable when the process has given up its
// privileges. What stands in them is in layout.h.
#pragma once

#include <array>
#include <cstdint>

#include "dataplane/api/descriptor.hpp"
#include "dataplane/base/address.hpp"
#include "dataplane/base/result.hpp"
#include "dataplane/steering/layout.h"
#include "dataplane/steering/wanted.hpp"

namespace sluice::steering {

using Counts = std::array<std::uint64_t, STEERING_VERDICTS>;

class Maps {
public:
    // Needs CAP_SYS_ADMIN.
    [[nodiscard]] static Result<Maps> of_program(int program);

    // What follows costs one system call each, counts() too, and needs no privilege from Linux 6.0 on.
    [[nodiscard]] Result<void> set(const Prefix& prefix, Owner owner);
    [[nodiscard]] Result<void> remove(const Prefix& prefix); // one that is not there is no error
    [[nodiscard]] Result<void> set(const Endpoints& endpoints, const MacAddress& mac);
    [[nodiscard]] Result<void> add_vlan(std::uint16_t id);
    [[nodiscard]] Result<void> set_socket(std::uint32_t queue, int socket);
    [[nodiscard]] Counts counts() const; // by verdict, since the program was loaded; over all processors

private:
    Maps() = default;
    [[nodiscard]] api::Descriptor* named(const char* name);

    api::Descriptor sockets_, gateway4_, gateway6_, settings_, vlans_, verdicts_;
};

} // namespace sluice::steering
