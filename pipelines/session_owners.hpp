// Who may own sessions: the backends of services, and the pools, of the tables that were learned last. Written and read
// by ageing only; 12 bytes per backend identifier that is in use, 24 per pool; cannot fill.
//
// A snapshot may name a million backends, so it is learned in steps of bounded cost. Until the last of them nothing is
// known: ageing neither asks for owners nor gives ports back then. Learning also notices whether somebody is gone,
// for only then is it worth reading the cold record of every session.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "dataplane/table/mapping.hpp"
#include "dataplane/table/snapshot.hpp"

namespace sluice {

class SessionOwners {
public:
    SessionOwners();

    // True when `tables` are known. Call before anything else in a run; costs nothing unless their generation is new.
    [[nodiscard]] bool know(const table::Snapshot& tables)
    {
        return generation_ == tables.generation || learn_some(tables);
    }
    // Once after each loss: true when an owner that was known before is gone.
    [[nodiscard]] bool take_loss();

    [[nodiscard]] bool owns(const table::Cold& cold) const;
    // Whether control has found that its backend is not there, and whether that can be so of any.
    [[nodiscard]] bool is_down(const table::Cold& cold) const;
    [[nodiscard]] bool some_down() const { return some_down_; }
    // nullptr: the pool is gone, and its ports with it.
    [[nodiscard]] table::PortBlocks* pool(std::uint32_t serial) const;

private:
    static constexpr std::uint32_t step = 256; // pools and backends learned at once

    struct Backend {
        std::uint32_t service = 0;
        std::uint32_t learned = 0; // the lesson that named it last; 0: none
        bool down = false;
    };
    struct Pool {
        std::uint32_t serial;
        std::shared_ptr<table::PortBlocks> blocks;
    };

    [[nodiscard]] bool learn_some(const table::Snapshot& tables);
    void begin(const table::Snapshot& tables);
    void add(const table::Service& service, const table::Backend& backend);
    void finish(const table::Snapshot& tables);

    std::uint64_t generation_ = ~std::uint64_t{0};
    table::Mapping<Backend> backends_; // by identifier
    std::vector<Pool> pools_;          // by serial
    std::uint32_t lesson_ = 0;
    std::uint32_t backends_known_ = 0;
    bool loss_ = false;
    bool some_down_ = false;

    // The lesson that runs.
    std::uint64_t learning_ = ~std::uint64_t{0}; // generation
    std::size_t next_service_ = 0;
    std::size_t next_backend_ = 0;
    std::uint32_t kept_ = 0;  // backends that the former lesson named too
    std::uint32_t named_ = 0; // backends
    bool down_ = false;       // one of those is
};

} // namespace sluice
