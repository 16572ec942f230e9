// The fault built into the worker, to prove that `sluicectl drops --check` notices it: none here, and in a product. The
// faulty dataplanes of tests/net_tap/faults are compiled with another file of this name.
#pragma once

namespace sluice::dataplane {

enum class Fault { none, leak_mbuf, double_drop };
inline constexpr Fault built_in_fault = Fault::none;

} // namespace sluice::dataplane
