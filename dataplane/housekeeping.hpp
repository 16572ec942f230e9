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
    // About every 100 ms, in the table server's thread, between transactions. `now` in TSC ticks; `tables` is valid
    // until the call returns. Must not block: what needs a grace period asks for it by GracePeriods.
    virtual void run(std::uint64_t now, const table::Snapshot& tables) = 0;
};

} // namespace dataplane
} // namespace sluice
