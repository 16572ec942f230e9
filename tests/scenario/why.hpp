// Questions for `sluicectl why`, as the tool would ask them.
#pragma once

#include <string>
#include <string_view>

#include "dataplane/api/sluice.pb.h"

namespace sluice::test {

[[nodiscard]] api::Explain question(const std::string& network, std::string_view source, std::uint32_t source_port,
                                    std::string_view destination, std::uint32_t destination_port,
                                    std::uint32_t protocol);

} // namespace sluice::test
