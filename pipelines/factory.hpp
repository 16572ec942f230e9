// The composed program as the dataplane process sees it.
#pragma once

#include <memory>

#include "dataplane/pipeline_factory.hpp"

namespace sluice {

// NAT, load balancing, VXLAN and GTP-U on every worker, around one session table.
[[nodiscard]] std::unique_ptr<dataplane::PipelineFactory> make_gateway(const dataplane::GatewaySetup& setup);

} // namespace sluice
