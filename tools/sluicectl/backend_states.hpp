// What the control process says of backends: registry, health checks, operator.
#pragma once

#include <string>

#include "dataplane/api/sluice.pb.h"

namespace sluice::ctl {

// nullptr: the control process says nothing of it.
[[nodiscard]] const api::ServiceState* find_service(const api::BackendStates& states, const std::string& name);
[[nodiscard]] const api::BackendState* find_backend(const api::ServiceState& service, const std::string& address,
                                                    std::uint32_t port);

// "unhealthy since 14:02:11: connect timed out (3 of 3)"; times are local, with the date when it was another day.
[[nodiscard]] std::string state_text(const api::ServiceState& service, const api::BackendState& backend);

} // namespace sluice::ctl
