// What a thread may still do once everything that needs power is open.
#pragma once

#include <initializer_list>

#include <sys/capability.h>

namespace sluice::dataplane {

// The calling thread keeps only these capabilities, and can regain none by starting a program. Capabilities belong to
// threads: each of ours calls this at its start. A failure is logged; the thread then goes on as it was.
void drop_capabilities(std::initializer_list<cap_value_t> kept = {}) noexcept;

// What the threads that close devices keep: some drivers take their interface down then.
inline constexpr std::initializer_list<cap_value_t> kept_capabilities{CAP_NET_ADMIN};

// Whether the calling thread has it now.
[[nodiscard]] bool has_capability(cap_value_t capability) noexcept;

} // namespace sluice::dataplane
