// What the tables and packet buffers of a configuration take, and what to reserve for them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/schema.hpp"

namespace sluice::config {

struct MemoryNeed {
    std::string name; // "sessions"
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;
};

struct MemoryPlan {
    std::vector<MemoryNeed> needs;

    [[nodiscard]] std::uint64_t total() const;
};

[[nodiscard]] MemoryPlan memory_plan(const Config& config);

// Bytes of hugepages of all sizes this machine has reserved.
[[nodiscard]] std::uint64_t reserved_hugepage_bytes();

// "needs 5.1 GiB, 2 GiB reserved: write 2612 to /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages".
// With `memory.hugepages: none` nothing has to be reserved and the sentence says so.
[[nodiscard]] std::string memory_advice(const Config& config, std::uint64_t reserved_bytes);

} // namespace sluice::config
