// The link that announced prefixes point at in the node's namespace: held by the dataplane, so that they vanish with
// it, and given its routes by the control process.
#pragma once

namespace sluice {

inline constexpr const char* announcing_link = "sluice0";

} // namespace sluice
