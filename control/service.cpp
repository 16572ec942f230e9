// Everything that can happen wakes the same poll; what is cheap to ask is asked on every turn instead of told apart.
#include "control/service.hpp"

#include <algorithm>
#include <csignal>

#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/signalfd.h>

#include "control/answers.hpp"
#include "control/interfaces.hpp"
#include "control/privileges.hpp"

namespace sluice::control {
namespace {

constexpr std::chrono::milliseconds longest_wait{1'000}; // registries count their hold times by it

std::set<std::string> interface_names(const config::Config& settings)
{
    std::set<std::string> names;
    const Interfaces interfaces(settings);
    for (const auto& [name, interface] : interfaces.entries())
        names.insert(name);
    return names;
}

// Addresses, routes and neighbours of the namespace are all that the mirror's thread changes.
void confine_mirror()
{
    if (const auto kept = keep_capabilities({CAP_NET_ADMIN}); !kept)
        spdlog::warn("event=capabilities_kept thread=netlink reason=\"{}\"", kept.error().text());
}

// This thread reads files that a peer with the right to change things names.
void confine_main()
{
    if (const auto kept = keep_capabilities({CAP_DAC_READ_SEARCH}); !kept)
        spdlog::warn("event=capabilities_kept thread=main reason=\"{}\"", kept.error().text());
}

} // namespace

Service::Service(Configuration first, Generations generations, const Folders& folders, api::Descriptor signals,
                 std::unique_ptr<netlink::Feed> kernel)
    : file_(first.path)
    , signals_(std::move(signals))
    , kernel_(std::move(kernel))
    , metrics_(folders.run + "/dataplane.sock")
    , node_(std::move(first), std::move(generations), folders.run + "/dataplane.sock",
            {[this](netlink::Wanted wanted) { kernel_->want(std::move(wanted)); },
             [this](const NeighborPlace& place) { kernel_->probe(place); }, [this] { return kernel_->status(); },
             [this] { return metrics_.error(); }})
{
}

Result<std::unique_ptr<Service>> Service::start(Configuration first, const Folders& folders, api::Descriptor signals)
{
    auto generations = Generations::open(folders.state);
    if (!generations) return tl::unexpected(generations.error());
    auto kernel = netlink::Feed::start(first.settings.node.netns, interface_names(first.settings), confine_mirror);
    if (!kernel) return tl::unexpected(kernel.error());

    std::unique_ptr<Service> service(
        new Service(std::move(first), std::move(*generations), folders, std::move(signals), std::move(*kernel)));
    auto server = api::Server::listen(
        folders.run + "/control.sock",
        [node = &service->node_](const auto& request, const auto& peer) { return answer(*node, request, peer); });
    if (!server) return tl::unexpected(server.error());
    service->server_ = std::move(*server);
    // Only now: a second process for the same node must not touch what the first one keeps.
    if (const auto kept = service->node_.keep_first(); !kept) return tl::unexpected(kept.error());
    service->node_.set_kernel(service->kernel_->latest());
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
        node_.handle_registries();
    }
}

// Published before anybody can ask, and on every turn from then on.
void Service::serve_metrics()
{
    const auto& wanted = node_.settings().node.metrics;
    if (wanted)
        metrics_.board().publish({node_.status(), node_.tally(), node_.objects(), node_.acknowledgements().all()});
    metrics_.serve(wanted, Node::Clock::now());
}

void Service::wait_until(Node::Clock::time_point due)
{
    std::vector<pollfd> waiting;
    const auto add = [&](int descriptor) { waiting.push_back({descriptor, POLLIN, 0}); };
    add(kernel_->descriptor());
    add(signals_.get());
    add(server_->descriptor());
    for (const int descriptor : node_.descriptors())
        add(descriptor);

    // Rounded up: a wait that ends before it is due would spin.
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - Node::Clock::now());
    const auto wait = std::clamp(left, std::chrono::milliseconds{0}, longest_wait);
    (void)::poll(waiting.data(), waiting.size(), static_cast<int>(wait.count()));
    if ((waiting.front().revents & POLLIN) != 0) node_.set_kernel(kernel_->latest());
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
