// The XDP program in the kernel, on no interface: packets are given to it by BPF_PROG_TEST_RUN (bpf(2)). Its maps are
// filled through the dataplane's own Maps.
#pragma once

#include <memory>
#include <string>

#include <bpf/libbpf.h>

#include "dataplane/steering/maps.hpp"
#include "tests/support/bytes.hpp"

namespace sluice::test {

class Loaded {
public:
    Loaded();

    // "tunnel": the verdict that was counted. Wrong sides throw: an action that does not belong to it, a frame that was
    // changed, a count that is not one.
    std::string verdict(ByteSpan frame);
    // Nanoseconds per run, over so many.
    unsigned cost(ByteSpan frame, unsigned times) const;

    steering::Maps maps;
    void remove_socket(); // of the one queue; no_socket from now on

private:
    struct Close {
        void operator()(bpf_object* object) const { bpf_object__close(object); }
    };
    explicit Loaded(std::unique_ptr<bpf_object, Close> object);

    std::unique_ptr<bpf_object, Close> object_;
    api::Descriptor socket_;
    int program_ = -1;
};

} // namespace sluice::test
