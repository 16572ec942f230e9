// What the tools ask and only the pipelines know. Called in the table server's thread, between transactions, with the
// tables that are published at that moment.
#pragma once

#include <array>
#include <cstdint>

#include "dataplane/api/sluice.pb.h"
#include "dataplane/base/result.hpp"

struct rte_mempool;

namespace sluice {

namespace table {
struct Snapshot;
}

namespace dataplane {

// The table of one family: its index, entries and cold records together, full or empty.
struct SessionMemory {
    std::uint64_t sessions = 0; // that live
    std::uint64_t room = 0;     // for so many
    std::uint64_t bytes = 0;
};

struct SessionReader {
    virtual ~SessionReader() = default;
    // Those that match, `limit` at most; `total` counts all that match.
    virtual void sessions(const api::SessionFilter& filter, unsigned limit, const table::Snapshot& tables,
                          api::Sessions& answer) = 0;
    virtual void services(const table::Snapshot& tables, api::Services& answer) = 0;
    [[nodiscard]] virtual std::uint64_t session_count() = 0;
    [[nodiscard]] virtual std::array<SessionMemory, 2> memory() = 0; // IPv4, IPv6
};

struct TrafficCount {
    std::uint64_t rx_packets = 0;
    std::uint64_t rx_bytes = 0;
    std::uint64_t tx_packets = 0;
    std::uint64_t tx_bytes = 0;
};

struct TrafficReader {
    virtual ~TrafficReader() = default;
    [[nodiscard]] virtual TrafficCount tunnel(std::uint32_t counter) = 0; // table::Tunnel::counter
    [[nodiscard]] virtual TrafficCount network(std::uint16_t network) = 0;
    [[nodiscard]] virtual TrafficCount interface(std::uint16_t interface) = 0; // rx only; workers count tx
};

struct Explainer {
    virtual ~Explainer() = default;
    // What would become of a packet. `pool` lends the one buffer; `now` in TSC. A question that cannot be asked of
    // these tables is refused in a sentence.
    [[nodiscard]] virtual Result<void> explain(const api::Explain& question, const table::Snapshot& tables,
                                               rte_mempool* pool, std::uint64_t now, api::Explanation& answer) = 0;
};

} // namespace dataplane
} // namespace sluice
