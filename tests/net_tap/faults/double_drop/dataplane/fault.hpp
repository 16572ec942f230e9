// In place of dataplane/fault.hpp: the first drop is counted twice.
#pragma once

namespace sluice::dataplane {

enum class Fault { none, leak_mbuf, double_drop };
inline constexpr Fault built_in_fault = Fault::double_drop;

} // namespace sluice::dataplane
