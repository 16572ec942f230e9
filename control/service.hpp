// A running control process: the node, the kernel's mirror and control.sock, driven by one loop.
#pragma once

#include <memory>
#include <string>

#include "control/bgp/routing.hpp"
#include "control/feeds/netlink/feed.hpp"
#include "control/health/checks.hpp"
#include "control/metrics/endpoint.hpp"
#include "control/node.hpp"
#include "control/presence/keeper.hpp"
#include "dataplane/api/descriptor.hpp"
#include "dataplane/api/server.hpp"

namespace sluice::control {

struct Folders {
    std::string run;   // of dataplane.sock and control.sock
    std::string state; // of the configurations applied
};

class Service {
public:
    // Enters the namespace with the kernel's mirror, keeps the first configuration, answers on control.sock. `signals`
    // is a signalfd: SIGHUP applies the first configuration's file again, every other signal stops.
    [[nodiscard]] static Result<std::unique_ptr<Service>> start(Configuration first, const Folders& folders,
                                                                api::Descriptor signals);

    // Until a signal stops it.
    void run();

private:
    Service(Configuration first, Generations generations, const Folders& folders, api::Descriptor signals,
            std::unique_ptr<presence::Keeper> presence, std::unique_ptr<netlink::Feed> kernel,
            std::unique_ptr<health::Checks> checks, registry::Places places);

    void serve_metrics();
    void wait_until(Node::Clock::time_point due);
    void handle_signals();
    void apply_again();

    std::string file_;
    api::Descriptor signals_;
    bool stopping_ = false;
    std::unique_ptr<presence::Keeper> presence_;
    std::unique_ptr<netlink::Feed> kernel_;
    std::unique_ptr<health::Checks> checks_;
    bgp::Routing routing_;
    metrics::Endpoint metrics_;
    Node node_;
    std::unique_ptr<api::Server> server_;
};

} // namespace sluice::control
