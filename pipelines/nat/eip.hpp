// Elastic addresses: one public address for one inside address, without state; every protocol passes.
#pragma once

#include "dataplane/burst/translation.hpp"

namespace sluice::nat {

// From inside: the source becomes public. False: the source has no EIP.
[[nodiscard]] bool translate_outward(const table::Snapshot& tables, TranslationOf<V4>& action) noexcept;
// From outside, of a flow that is in the public network after `action`: the destination becomes the inside one.
[[nodiscard]] bool translate_inward(const table::Snapshot& tables, TranslationOf<V4>& action) noexcept;

} // namespace sluice::nat
