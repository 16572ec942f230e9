// Which addresses are gateway traffic, followed from transaction to transaction: a set of prefixes with owners, and
// what of it changed. Plain values; nothing here knows BPF. Cost of follow(): what the transaction changes, not what
// there is.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "dataplane/api/object_key.hpp"
#include "dataplane/api/sluice.pb.h"
#include "dataplane/base/address.hpp"

namespace sluice::steering {

// Whose frames to an address are; the longest prefix decides, and of two of one length the kernel's.
enum class Owner : std::uint8_t { kernel, gateway };

// UDP to this address and port opens a tunnel; everything else to the address is not concerned.
struct Endpoint {
    IpAddress address;
    std::uint16_t port = 0;
    bool operator==(const Endpoint&) const = default;
};
struct Endpoints {
    std::optional<Endpoint> vxlan;
    std::optional<Endpoint> gtpu;
    bool operator==(const Endpoints&) const = default;
};

struct Change {
    std::map<Prefix, std::optional<Owner>> prefixes; // nullopt: nobody's any more. Host bits are clear
    std::optional<Endpoints> endpoints;              // nullopt: as they were
};

class Wanted {
public:
    // Addresses of these interfaces are the kernel's.
    explicit Wanted(std::set<std::uint32_t> kernel_interfaces)
        : kernel_interfaces_(std::move(kernel_interfaces))
    {
    }

    // A transaction that the tables have taken.
    [[nodiscard]] Change follow(const api::Transaction& transaction);

private:
    struct Uses {
        std::uint32_t kernel = 0;
        std::uint32_t gateway = 0;
    };
    struct Named {
        Owner owner = Owner::gateway;
        std::vector<Prefix> prefixes;
    };

    [[nodiscard]] Named named_by(const api::Object& object) const;
    void replace(const api::ObjectKey& key, Named now, std::set<Prefix>& touched);
    void count(const Named& named, bool more, std::set<Prefix>& touched);

    std::set<std::uint32_t> kernel_interfaces_;
    std::map<api::ObjectKey, Named> named_; // by object: what it says now
    std::map<Prefix, Uses> uses_;
    std::map<Prefix, Owner> told_;
};

} // namespace sluice::steering
