// The kernel's end of an interface: a TAP of the interface's name, with its MAC address and MTU, where addresses, ARP,
// ND and routing protocols live. It vanishes with the process that holds it, whatever ends that process.
#pragma once

#include <cstddef>
#include <string>

#include <sys/types.h>
#include <sys/uio.h>

#include "dataplane/api/descriptor.hpp"
#include "dataplane/base/address.hpp"
#include "dataplane/base/result.hpp"

namespace sluice::dataplane {

struct TapPlan {
    std::string name; // 15 characters at most
    MacAddress mac;
    unsigned mtu = 1500;
    bool has_neighbors = true; // false: nobody is asked for, neither by ARP nor by ND
};

class Tap {
public:
    // In the network namespace of the calling thread; the TAP is up afterwards.
    [[nodiscard]] static Result<Tap> create(const TapPlan& plan);

    // One whole Ethernet frame each, without a tag; never wait. Negative: nothing there, or no room, or the TAP is
    // down.
    [[nodiscard]] ssize_t read(void* frame, std::size_t room) const { return ::read(descriptor(), frame, room); }
    [[nodiscard]] ssize_t write(const iovec* parts, int count) const { return ::writev(descriptor(), parts, count); }

    // What the kernel sees of the port's link: without carrier it forgets neighbours, and routing goes elsewhere.
    void set_carrier(bool carrier) noexcept;

    [[nodiscard]] int descriptor() const { return device_.get(); }

private:
    explicit Tap(api::Descriptor device)
        : device_(std::move(device))
    {
    }

    api::Descriptor device_;
    bool carrier_ = true;
};

} // namespace sluice::dataplane
