// Backends, as one worker knows them: the hop that leads there, and what it sent to those of services without sessions.
// Written by that worker alone, the counts read by the tools; 32 bytes per identifier, of which memory is taken for
// those in use only; cannot fill.
#pragma once

#include <atomic>
#include <cstdint>

#include "dataplane/table/build/validate.hpp"
#include "dataplane/table/mapping.hpp"
#include "dataplane/table/session_entry.hpp"

namespace sluice {

struct alignas(32) KnownBackend {
    std::atomic<std::uint64_t> packets;
    std::atomic<std::uint64_t> bytes;

    void sent(std::uint64_t length) noexcept
    {
        packets.store(packets.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        bytes.store(bytes.load(std::memory_order_relaxed) + length, std::memory_order_relaxed);
    }

    // The hop is good for one generation of the tables, for another may give the identifier to another address.
    [[nodiscard]] std::uint32_t hop(std::uint64_t generation) const noexcept
    {
        return table::epoch_of_hop(remembered) == static_cast<std::uint32_t>(generation)
                   ? ~static_cast<std::uint32_t>(remembered)
                   : table::none;
    }
    void remember(std::uint64_t generation, std::uint32_t hop) noexcept
    {
        remembered = table::remembered_hop(static_cast<std::uint32_t>(generation), ~hop);
    }

private:
    std::uint64_t remembered; // inverted, so that a fresh page remembers table::none
};

class KnownBackends {
public:
    [[nodiscard]] KnownBackend& operator[](std::uint32_t backend) noexcept { return backends_[backend]; }
    [[nodiscard]] const KnownBackend& operator[](std::uint32_t backend) const noexcept { return backends_[backend]; }

private:
    table::Mapping<KnownBackend> backends_{table::Bounds::backends};
};

} // namespace sluice
