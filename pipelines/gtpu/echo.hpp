// Path management: an echo request becomes its own response. TS 29.281 sections 7.2.1, 7.2.2 and 8.2.
#pragma once

#include "pipelines/gtpu/gtpu.hpp"

namespace sluice::gtpu {

// `at` is where the GTP-U header stands. Afterwards the packet is the whole response, its data start at the outer IP
// header, addresses and ports exchanged, the sequence number copied, the recovery element appended.
[[nodiscard]] Opened answer_echo(Packet& packet, std::uint16_t at) noexcept;

} // namespace sluice::gtpu
