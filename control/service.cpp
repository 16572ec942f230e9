// Everything that can happen wakes the same poll; what is cheap to ask is asked on every turn instead of told apart.
#include "control/service.hpp"

#include <algorithm>
#include <csignal>

#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include "control/answers.hpp"
#include "control/feeds/netlink/namespace.hpp"
#include "control/plan.hpp"
#include "control/privileges.hpp"

namespace sluice::control {
namespace {

constexpr std::chrono::milliseconds longest_wait{1'000}; // registries count their hold times by it

// Addresses, routes, neighbours and devices of namespaces are all that these threads change.
void confine_to_networks()
{
    if (const auto kept = keep_capabilities({CAP_NET_ADMIN}); !kept)
        spdlog::warn("event=capabilities_kept thread=networks reason=\"{}\"", kept.error().text());
}

// Checks begin where the backends live: in the namespace of their VPC, or in the node's, where this thread is itself.
health::OpenSocket socket_opener(presence::Namespaces& namespaces)
{
    return [&namespaces](const std::string& network, int family) {
        return network == "public" ? health::open_here(network, family)
                                   : namespaces.socket(network, family, SOCK_STREAM | SOCK_NONBLOCK);
    };
}

// Connecting takes no privilege.
void settle_checks(const std::string& netns)
{
    if (const auto entered = netlink::enter(netns); !entered)
        spdlog::error("event=health_misplaced reason=\"{}\"", entered.error().text());
    if (const auto kept = keep_capabilities({}); !kept)
        spdlog::warn("event=capabilities_kept thread=health reason=\"{}\"", kept.error().text());
}

// This thread reads files that a peer with the right to change things names.
void confine_main()
{
    if (const auto kept = keep_capabilities({CAP_DAC_READ_SEARCH}); !kept)
        spdlog::warn("event=capabilities_kept thread=main reason=\"{}\"", kept.error().text());
}

// Made before this thread gives up the right to enter namespaces.
Result<registry::Places> registry_places(const std::string& netns)
{
    registry::Places places;
    if (netns.empty()) return places;
    auto node = registry::Place::start([&netns] { return netlink::enter(netns); });
    if (!node) return tl::unexpected(node.error());
    places.node = std::move(*node);
    return places;
}

} // namespace

Service::Service(Configuration first, Generations generations, const Folders& folders, api::Descriptor signals,
                 std::unique_ptr<presence::Keeper> presence, std::unique_ptr<netlink::Feed> kernel,
                 std::unique_ptr<health::Checks> checks, registry::Places places)
    : file_(first.path)
    , signals_(std::move(signals))
    , presence_(std::move(presence))
    , kernel_(std::move(kernel))
    , checks_(std::move(checks))
    , routing_(first.settings.node.name)
    , metrics_(folders.run + "/dataplane.sock")
    , node_(
          std::move(first), std::move(generations), folders.run + "/dataplane.sock",
          {.want = [this](netlink::Wanted wanted) { kernel_->want(std::move(wanted)); },
           .probe = [this](const NeighborPlace& place) { kernel_->probe(place); },
           .kernel_status = [this] { return kernel_->status(); },
           .configured = [this](const config::Config& effective) { routing_.configure(effective, Node::Clock::now()); },
           .routing_status = [this] { return routing_.status(); },
           .places = std::move(places),
           .be_present = [this](presence::Wanted wanted) { presence_->want(std::move(wanted)); },
           .presence_status = [this] { return presence_->status(); },
           .check = [this](const health::Targets& targets) { checks_->want(targets); },
           .announced = [this] { return kernel_->announced(); },
           .other_error = [this] { return metrics_.error(); }})
{
}

Result<std::unique_ptr<Service>> Service::start(Configuration first, const Folders& folders, api::Descriptor signals)
{
    const config::Node& node = first.settings.node;
    auto namespaces = presence::Namespaces::start(node.name, node.netns); // forks: no thread exists yet
    if (!namespaces) return tl::unexpected(namespaces.error());
    auto generations = Generations::open(folders.state);
    if (!generations) return tl::unexpected(generations.error());
    auto presence = std::make_unique<presence::Keeper>(std::move(*namespaces), confine_to_networks);
    auto kernel =
        netlink::Feed::start(node.netns, netlink::ours_of(wanted_of_kernel(first.settings, {})), confine_to_networks);
    if (!kernel) return tl::unexpected(kernel.error());
    // The mirror has entered the namespace, so it is there.
    auto checks = std::make_unique<health::Checks>(socket_opener(presence->namespaces()),
                                                   [netns = node.netns] { settle_checks(netns); });

    auto places = registry_places(node.netns);
    if (!places) return tl::unexpected(places.error());
    std::unique_ptr<Service> service(new Service(std::move(first), std::move(*generations), folders, std::move(signals),
                                                 std::move(presence), std::move(*kernel), std::move(checks),
                                                 std::move(*places)));
    auto server = api::Server::listen(
        folders.run + "/control.sock",
        [node = &service->node_](const auto& request, const auto& peer) { return answer(*node, request, peer); });
    if (!server) return tl::unexpected(server.error());
    service->server_ = std::move(*server);
    // Only now: a second process for the same node must not touch what the first one keeps.
    if (const auto kept = service->node_.keep_first(); !kept) return tl::unexpected(kept.error());
    service->node_.take_kernel(service->kernel_->take());
    confine_main();
    return service;
}

void Service::run()
{
    while (!stopping_) {
        const Node::Clock::time_point due = node_.step(Node::Clock::now());
        serve_metrics();
        wait_until(due);
        handle_signals();
        server_->poll(0);
        routing_.look(Node::Clock::now());
        node_.use_learned(!routing_.are_routes_lost(Node::Clock::now()));
        node_.handle_registries();
    }
}

// Published before anybody can ask, and on every turn from then on.
void Service::serve_metrics()
{
    const auto& wanted = node_.settings().node.metrics;
    if (wanted)
        metrics_.board().publish({node_.status(), node_.tally(), node_.objects(), node_.acknowledgements().all(),
                                  metrics::backend_figures(node_.services())});
    metrics_.serve(wanted, Node::Clock::now());
}

void Service::wait_until(Node::Clock::time_point due)
{
    std::vector<pollfd> waiting;
    const auto add = [&](int descriptor) { waiting.push_back({descriptor, POLLIN, 0}); };
    add(kernel_->descriptor());
    add(checks_->descriptor());
    add(signals_.get());
    add(server_->descriptor());
    for (const int descriptor : node_.descriptors())
        add(descriptor);
    for (const int descriptor : routing_.descriptors())
        add(descriptor);

    // Rounded up: a wait that ends before it is due would spin.
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - Node::Clock::now());
    const auto wait = std::clamp(left, std::chrono::milliseconds{0}, longest_wait);
    (void)::poll(waiting.data(), waiting.size(), static_cast<int>(wait.count()));
    if ((waiting.front().revents & POLLIN) != 0) node_.take_kernel(kernel_->take());
    if ((waiting[1].revents & POLLIN) != 0) node_.set_health(checks_->take());
}

void Service::handle_signals()
{
    signalfd_siginfo signal{};
    while (::read(signals_.get(), &signal, sizeof signal) == static_cast<ssize_t>(sizeof signal)) {
        spdlog::info("event=signal number={}", signal.ssi_signo);
        if (signal.ssi_signo == SIGHUP)
            apply_again();
        else
            stopping_ = true;
    }
}

void Service::apply_again()
{
    const auto applied = node_.apply(file_);
    if (applied) return;
    for (const Error& error : applied.error())
        spdlog::error("event=configuration_refused reason=\"{}\"", error.text());
}

} // namespace sluice::control
