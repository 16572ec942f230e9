// One gateway as the dataplane's process makes it, without the process: tables, pipelines, workers on the rig's ports.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/schema.hpp"
#include "control/object_set.hpp"
#include "dataplane/burst/stage_clock.hpp"
#include "dataplane/grace_periods.hpp"
#include "dataplane/published.hpp"
#include "dataplane/table/model.hpp"
#include "dataplane/worker_set.hpp"
#include "tests/bench/interruption.hpp"
#include "tests/bench/pass.hpp"
#include "tests/bench/rig.hpp"

namespace sluice::bench {

// Changes what control would program, where the configuration has no word for it.
using Adjust = std::function<void(control::ObjectSet& objects)>;

class Node {
public:
    // Throws std::runtime_error when the tables refuse the configuration. `stages` may be none.
    Node(Rig& rig, config::Config config, Adjust adjust, StageClock* stages);
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    ~Node();

    // Gives a job to each of the first workers, keeps house as the table server does, returns when all are done.
    // `meanwhile` is called every 100 ms.
    void run(const std::vector<Job*>& jobs, const std::function<void(Node&)>& meanwhile = {});
    void run(Job& job, const std::function<void(Node&)>& meanwhile = {}) { run(std::vector<Job*>{&job}, meanwhile); }
    // Sends a train once, so many packets in a second at most (0: as fast as it goes). Throws std::runtime_error with
    // what was wrong.
    void establish(Train& train, Oracle oracle, double most_per_second = 0);

    // Housekeeping may be left out for a while, or watched: a look at the kernel's counts around each slice.
    enum class House { kept, watched, left };
    void set_house(House how) { how_ = how; }
    // Of watched slices in which the thread's core did nothing else, and of as many waits for nothing, each behind a
    // slice: these show how long the hypervisor itself stays away. In TSC cycles.
    struct Slices {
        std::uint64_t count = 0;
        std::uint64_t cycles = 0;
        std::uint64_t longest = 0;
        std::uint64_t over_limit = 0;   // longer than 20 us
        std::uint64_t interrupted = 0;  // neither counted nor timed
        std::uint64_t longest_wait = 0; // for 8 us
        std::uint64_t waits_over_limit = 0;
    };
    [[nodiscard]] const Slices& slices() const { return slices_; }

    // Another configuration, applied as a difference.
    void reconfigure(const std::function<void(config::Config&)>& change);
    // Time passes without packets until no more than `sessions` are left, but no more than `most`.
    void rest(std::uint64_t sessions, std::chrono::milliseconds most);

    [[nodiscard]] Rig& rig() { return rig_; }
    [[nodiscard]] std::uint64_t sessions() { return factory_->sessions().session_count(); }
    // Room and bytes of the tables of both families, as the program counts them.
    [[nodiscard]] std::array<dataplane::SessionMemory, 2> session_memory() { return factory_->sessions().memory(); }
    // What a tunnel takes of the tables that have a row for each, with one worker's counters.
    [[nodiscard]] double bytes_per_tunnel() const;
    [[nodiscard]] LawTerms law() const { return workers_->law(); }
    // Packets dropped for a reason: "translate.new_session_limit".
    [[nodiscard]] std::uint64_t drops(std::string_view reason) const;
    // Since the node was made: empty when every packet received has been sent, or dropped for the one reason that is
    // allowed, and the law holds.
    [[nodiscard]] std::string trouble(std::string_view allowed_drop = {});

private:
    void program();
    void keep_house(const std::function<void(Node&)>& meanwhile);
    [[nodiscard]] bool watched_slice();

    Rig& rig_;
    config::Config config_;
    Adjust adjust_;
    control::ObjectSet programmed_;
    std::unique_ptr<table::Model> model_;
    std::unique_ptr<const table::Snapshot> first_tables_;
    std::optional<dataplane::Published> tables_;
    std::optional<dataplane::RcuGracePeriods> grace_periods_;
    std::unique_ptr<dataplane::PipelineFactory> factory_;
    std::unique_ptr<dataplane::WorkerSet> workers_;
    std::chrono::steady_clock::time_point meanwhile_due_{};
    House how_ = House::kept;
    Slices slices_;
    Interruption interruption_; // of the main thread
};

} // namespace sluice::bench
