// The node as the control process sees it: the configuration in force, the feeds' last words, and the reconciler that
// brings both to the dataplane. Runs in one thread; the kernel's mirror has another and is reached by the hooks.
//
//   file ──► Plan ─┐
//   registries ────┼─► desired ──► Reconciler ══► dataplane.sock
//   kernel ────────┘      └─► what the kernel should do (hooks.want)
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "control/acknowledgements.hpp"
#include "control/announce/announcer.hpp"
#include "control/announce/drain_mark.hpp"
#include "control/desired/desired.hpp"
#include "control/desired/learned_routes.hpp"
#include "control/drained_backends.hpp"
#include "control/generations.hpp"
#include "control/plan.hpp"
#include "control/presence/wanted.hpp"
#include "control/reconciler.hpp"
#include "control/trial.hpp"

namespace sluice::control {

struct NodeHooks {
    std::function<void(netlink::Wanted)> want = [](const netlink::Wanted&) {};
    std::function<void(const NeighborPlace&)> probe = [](const NeighborPlace&) {};
    std::function<FeedStatus()> kernel_status = [] { return FeedStatus{}; };
    std::function<void(const config::Config&)> configured = [](const config::Config&) {}; // one came into force
    std::function<std::vector<FeedStatus>()> routing_status = [] { return std::vector<FeedStatus>{}; };
    registry::Places places; // where registries are connected from
    std::function<void(presence::Wanted)> be_present = [](const presence::Wanted&) {};
    std::function<FeedStatus()> presence_status = [] { return FeedStatus{}; };
    std::function<void(const health::Targets&)> check = [](const health::Targets&) {};
    std::function<std::vector<netlink::AnnouncedRoute>()> announced = [] {
        return std::vector<netlink::AnnouncedRoute>{};
    };
    std::function<std::string()> other_error = [] { return std::string(); }; // of the process around the node
};

class Node {
public:
    using Clock = Reconciler::Clock;
    using Outcome = tl::expected<api::Applied, Errors>;

    Node(Configuration first, Generations generations, std::string dataplane_socket, NodeHooks hooks);

    // The first configuration is in force without a dataplane's consent; it is kept here. One that is on trial, or was
    // taken back, is treated as trial.hpp says.
    [[nodiscard]] Result<void> keep_first(Trial::WallClock::time_point now = Trial::WallClock::now());

    // Loads, programs and keeps; an error of any kind leaves everything as it was. Confirms losses that feeds hold
    // back. `trial` above zero: what was before comes back by itself after that time unless confirm() is called.
    // Without it the configuration stays, and so ends a trial that is under way.
    [[nodiscard]] Outcome apply(const std::string& path, std::chrono::milliseconds trial = {});
    [[nodiscard]] Outcome confirm();
    // What apply would change; changes nothing.
    [[nodiscard]] Outcome diff(const std::string& path) const;
    // Applies what was kept under this number; 0: the one before the present one, on trial the one it would go back to.
    [[nodiscard]] Outcome roll_back(std::uint64_t number);

    // Withdraws all that is announced, over restarts, until it is undone.
    [[nodiscard]] Result<void> drain(const api::DrainNode& request);

    void take_kernel(KernelUpdate update);
    void use_learned(bool use); // routes of routing daemons; false: the daemons died too long ago
    // What the health checks have found since the last call.
    void set_health(const std::vector<health::Change>& changes);
    // New flows go to other backends until `undrain`; kept over restarts. Answers with the service's backends.
    [[nodiscard]] Result<api::BackendStates> drain(const api::DrainBackend& request);
    void handle_registries();
    // Does what is due; returns when something will be due again.
    [[nodiscard]] Clock::time_point step(Clock::time_point now);

    [[nodiscard]] std::vector<int> descriptors() const; // readable: step or handle_registries has work
    [[nodiscard]] api::ControlStatus status() const;
    // As they were sent last: which service has a backend that gets new flows.
    [[nodiscard]] const ServiceStates& services() const { return judgements_.former; }
    [[nodiscard]] api::BackendStates backend_states(const std::string& service = {}) const; // empty: of all services
    [[nodiscard]] api::Announcements announcements() const;
    [[nodiscard]] const config::Config& settings() const { return plan_.configuration.settings; }
    [[nodiscard]] std::uint64_t objects() const { return reconciler_.programmed().size() + learned_.programmed(); }
    [[nodiscard]] const Reconciler::Tally& tally() const { return reconciler_.tally(); }
    [[nodiscard]] const Acknowledgements& acknowledgements() const { return acknowledgements_; }

private:
    [[nodiscard]] Outcome apply(Configuration configuration, std::chrono::milliseconds trial = {});
    [[nodiscard]] Inputs inputs(const Plan& plan, const ObjectSet& programmed) const;
    [[nodiscard]] ObjectSet wanted(const ObjectSet& programmed);
    void take_services(ServiceStates services, std::vector<std::string> warnings);
    [[nodiscard]] Outcome program(Plan plan, api::Applied applied, std::chrono::milliseconds trial);
    [[nodiscard]] bool is_on_trial() const { return trial_.has_value() && trial_due_.has_value(); }
    [[nodiscard]] Result<void> begin_trial(std::uint64_t number, std::chrono::milliseconds time);
    void end_trial();
    void resume_trial(Trial::WallClock::time_point now);
    void fall_back();
    [[nodiscard]] std::string trial_text() const;
    void note_changes(const FeedStatus& feed);
    [[nodiscard]] api::Applied compare(const Plan& plan) const;
    void connected(const api::Hello& hello);
    void announce(Clock::time_point now);
    [[nodiscard]] bool has_way_out() const;
    void fill(api::Announcing& out) const;
    void neighbor_wanted(std::uint32_t interface, const std::string& packed_address) const;

    Generations generations_;
    NodeHooks hooks_;
    Plan plan_;
    std::uint64_t applied_ = 0; // number of the configuration in force
    TrialFile trial_file_;
    std::optional<Trial> trial_;                 // on trial, or taken back and not yet replaced by another
    std::optional<Clock::time_point> trial_due_; // while it is on trial
    std::optional<config::Config> started_;
    bool started_unknown_ = false; // connected to a dataplane whose configuration nobody here has
    KernelState kernel_;
    LearnedRoutes learned_;
    std::optional<netlink::Wanted> asked_of_kernel_; // nullopt: nothing yet
    std::optional<presence::Wanted> presence_;       // as asked for last
    DrainedBackends drained_;
    Judgements judgements_;
    health::Targets checked_;
    announce::DrainMark drain_mark_;
    announce::Announcer announcer_;
    bool announce_due_ = true;
    bool was_settled_ = false;
    std::vector<std::string> problems_;
    std::vector<std::string> warnings_;
    Clock::time_point since_ = Clock::now();
    Acknowledgements acknowledgements_;
    std::map<std::string, Clock::time_point> noticed_; // by feed: the change that was noted last
    Reconciler reconciler_;
};

} // namespace sluice::control
