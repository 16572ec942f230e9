// What holds an XDP program on an interface: a bpf_link, which the kernel undoes when its last descriptor closes, so
// whatever ends the process, SIGKILL included, leaves the interface clean.
//
// DPDK's AF_XDP driver loads the program that it is given and attaches it by libbpf's bpf_xdp_attach(), over netlink:
// such a program stays when the process dies. attachment.cpp therefore defines that one function for this process, and
// does with a link what the driver asks for. (The executable exports it, so that the driver, a shared library, finds it
// before libbpf's.) Nothing is attached twice, and the program is there before the driver binds its sockets, as drivers
// for zero-copy want it.
#pragma once

#include <optional>

#include "dataplane/api/descriptor.hpp"

namespace sluice::steering {

class Attachment {
public:
    Attachment(api::Descriptor link, api::Descriptor program, bool native)
        : link_(std::move(link))
        , program_(std::move(program))
        , native_(native)
    {
    }

    [[nodiscard]] int program() const { return program_.get(); }
    // In the NIC's driver; false: the kernel runs it on packets that it has already copied (generic XDP).
    [[nodiscard]] bool is_native() const { return native_; }

private:
    api::Descriptor link_; // closed at the end, and the program is gone
    api::Descriptor program_;
    bool native_;
};

// What the driver has attached to this interface, once; nullopt: nothing. One thread.
[[nodiscard]] std::optional<Attachment> take_attachment(unsigned interface);

} // namespace sluice::steering
