// In place of dataplane/fault.hpp: the first packet that is received is never freed nor counted as gone.
#pragma once

namespace sluice::dataplane {

enum class Fault { none, leak_mbuf, double_drop };
inline constexpr Fault built_in_fault = Fault::leak_mbuf;

} // namespace sluice::dataplane
