// Work of the pipelines that belongs to no packet: ageing sessions in bounded slices.
#pragma once

#include <cstdint>

namespace sluice {

namespace table {
struct Snapshot;
}

namespace dataplane {

struct Housekeeping {
    virtual ~Housekeeping() = default;
    // One slice of the work, 20 µs at most, in the table server's thread, between transactions: at least every 10 ms,
    // and again at once, after a look at the socket, while the answer is true: more is due. `now` in TSC ticks;
    // `tables` is valid until the call returns. Must not block: what needs a grace period asks for it by GracePeriods.
    virtual bool run(std::uint64_t now, const table::Snapshot& tables) = 0;
};

} // namespace dataplane
} // namespace sluice
