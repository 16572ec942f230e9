// One gateway as the dataplane's process makes it, without the process: tables, pipelines, workers on the rig's ports.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "config/schema.hpp"
#include "control/object_set.hpp"
#include "dataplane/burst/stage_clock.hpp"
#include "dataplane/grace_periods.hpp"
#include "dataplane/published.hpp"
#include "dataplane/table/model.hpp"
#include "dataplane/worker_set.hpp"
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

    // Gives the job to the first worker, keeps house as the table server does, returns when it is done. `meanwhile` is
    // called every 100 ms.
    void run(Job& job, const std::function<void(Node&)>& meanwhile = {});
    // Sends a train once. Throws std::runtime_error with what was wrong.
    void establish(Train& train, Oracle oracle);

    // Another configuration, applied as a difference.
    void reconfigure(const std::function<void(config::Config&)>& change);
    // Time passes without packets until no more than `sessions` are left, but no more than `most`.
    void rest(std::uint64_t sessions, std::chrono::milliseconds most);

    [[nodiscard]] Rig& rig() { return rig_; }
    [[nodiscard]] std::uint64_t sessions() { return factory_->sessions().session_count(); }
    // Since the node was made: empty when every packet received has been sent and the law holds.
    [[nodiscard]] std::string trouble();

private:
    void program();
    void keep_house(const std::function<void(Node&)>& meanwhile);

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
};

} // namespace sluice::bench
