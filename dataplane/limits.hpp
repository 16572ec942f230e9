// Fixed sizes of the dataplane's queues. What happens when one is full is said beside its use.
#pragma once

namespace sluice::dataplane {

inline constexpr unsigned transmit_buffer_slots = 64;   // per worker and port; flushed when full and once per loop
inline constexpr unsigned punt_slots = 1'024;           // per worker, towards the kernel
inline constexpr unsigned inject_slots = 1'024;         // per worker, from the kernel
inline constexpr unsigned neighbor_request_slots = 256; // per worker, towards the control process

} // namespace sluice::dataplane
