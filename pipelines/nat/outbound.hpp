// Source NAT to a pool: which rule, which port. RFC 4787 (UDP), RFC 5382 (TCP), RFC 5508 (ICMP echo), RFC 6888 (pools).
#pragma once

#include <tl/expected.hpp>

#include "dataplane/burst/translation.hpp"
#include "pipelines/nat/drops.hpp"

namespace sluice::nat {

// Whose ports a flow of the network takes, as PortBlocks names him.
[[nodiscard]] std::uint64_t subscriber_of(const table::FlowKey4& key) noexcept;

// The first rule of the network that holds the source; nullptr: its packets leave as they are.
[[nodiscard]] const table::NatRule* find_rule(const table::Snapshot& tables, std::uint16_t network,
                                              V4::Address source) noexcept;

// Whether the packet may begin a session: TCP begins with a SYN, and only echo requests have an identifier of their
// own.
[[nodiscard]] Verdict may_begin(const Packet& packet) noexcept;

// A public address and port for the flow's source, written into `action`. The caller gives the lease back unless a
// session comes to own it. `attempt` counts from 0 when what was got before could not be used.
[[nodiscard]] tl::expected<table::Lease, Drop> take_source(table::PortBlocks& pool, TranslationOf<V4>& action,
                                                           std::uint32_t attempt) noexcept;

} // namespace sluice::nat
