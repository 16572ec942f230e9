// Dropped packets as a capture file: the classic pcap format (draft-ietf-opsawg-pcap), little-endian, nanoseconds,
// Ethernet. The format has no place for the reason; the listing beside the file names it, in the same order.
#pragma once

#include <string>

#include "dataplane/api/sluice.pb.h"
#include "dataplane/base/result.hpp"

namespace sluice::ctl {

[[nodiscard]] std::string pcap_of(const api::LastDrops& drops);
[[nodiscard]] Result<void> write_file(const std::string& path, const std::string& bytes);

} // namespace sluice::ctl
