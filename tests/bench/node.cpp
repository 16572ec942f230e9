#include "tests/bench/node.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>

#include <rte_cycles.h>
#include <rte_launch.h>

#include "control/delta.hpp"
#include "control/desired/desired.hpp"
#include "dataplane/eal.hpp"
#include "dataplane/reason_names.hpp"
#include "pipelines/factory.hpp"
#include "pipelines/traffic.hpp"

namespace sluice::bench {
namespace {

constexpr std::chrono::milliseconds meanwhile_interval{100};
constexpr std::chrono::microseconds look_interval{500};
constexpr std::chrono::microseconds rare_look_interval{20'000}; // a worker wants the main thread's core

table::Limits limits_of(const config::Memory& memory)
{
    table::Limits limits;
    limits.tunnels = memory.tunnels;
    limits.routes = memory.routes;
    return limits;
}

} // namespace

Node::Node(Rig& rig, config::Config config, Adjust adjust, StageClock* stages)
    : rig_(rig)
    , config_(std::move(config))
    , adjust_(std::move(adjust))
{
    const auto workers = static_cast<unsigned>(config_.workers.cores.size());
    model_ = std::make_unique<table::Model>(rig.interfaces(), static_cast<unsigned>(rig.ports().size()),
                                            limits_of(config_.memory));
    first_tables_ = model_->initial();
    tables_.emplace(workers, *first_tables_);
    grace_periods_.emplace(tables_->rcu());
    factory_ = make_gateway({workers, rte_get_tsc_hz(), config_.memory.sessions, config_.workers.new_sessions,
                             config_.memory.tunnels, static_cast<std::uint32_t>(rig.interfaces().size()),
                             *grace_periods_, stages});
    auto made = dataplane::WorkerSet::make(config_.workers, rig.ports(), rig.interfaces(), *factory_, *tables_);
    if (!made) throw std::runtime_error(made.error().text());
    workers_ = std::move(*made);
    program();
    if (const auto launched = workers_->launch(); !launched) throw std::runtime_error(launched.error().text());
}

// EAL waits for them by spinning, and one may need this very core.
Node::~Node()
{
    for (dataplane::Worker* worker : workers_->all()) {
        worker->stop();
        while (rte_eal_get_lcore_state(dataplane::lcore_of_worker(worker->plan().id)) == RUNNING)
            std::this_thread::sleep_for(look_interval);
    }
    workers_->stop();
}

void Node::reconfigure(const std::function<void(config::Config&)>& change)
{
    change(config_);
    program();
}

void Node::program()
{
    const control::KernelState kernel;
    control::Desired wanted = control::desired({config_, "one-node.yaml", {}, kernel, programmed_});
    if (!wanted.problems.empty()) throw std::runtime_error(wanted.problems.front());
    if (adjust_) adjust_(wanted.objects);
    api::Transaction transaction = control::delta(programmed_, wanted.objects);
    transaction.set_generation(tables_->read().generation + 1);
    auto next = model_->apply(transaction);
    if (!next) throw std::runtime_error(next.error().text());
    tables_->replace(std::move(*next));
    model_->commit();
    control::record(programmed_, transaction);
}

void Node::run(const std::vector<Job*>& jobs, const std::function<void(Node&)>& meanwhile)
{
    const auto interval = jobs.size() > 1 ? rare_look_interval : look_interval;
    for (unsigned worker = 0; worker < jobs.size(); ++worker)
        rig_.lane(worker).job.store(jobs[worker], std::memory_order_release);
    while (!std::ranges::all_of(jobs, &Job::is_done)) {
        keep_house(meanwhile);
        std::this_thread::sleep_for(interval);
    }
    for (unsigned worker = 0; worker < jobs.size(); ++worker)
        rig_.lane(worker).job.store(nullptr, std::memory_order_release);
    // After a quiescent state the workers have forgotten the jobs. Asleep meanwhile: one may need this very core.
    for (const std::uint64_t token = grace_periods_->start(); !grace_periods_->passed(token);)
        std::this_thread::sleep_for(look_interval);
}

void Node::rest(std::uint64_t sessions_left, std::chrono::milliseconds most)
{
    const auto end = std::chrono::steady_clock::now() + most;
    while (sessions() > sessions_left && std::chrono::steady_clock::now() < end) {
        keep_house({});
        std::this_thread::sleep_for(look_interval);
    }
}

void Node::establish(Train& train, Oracle oracle, double most_per_second)
{
    train.keep_order();
    Pass pass(train, burst_size, rig_.pool(), std::move(oracle), train.flows(), most_per_second);
    run(pass);
    if (const std::string wrong = pass.trouble(); !wrong.empty()) throw std::runtime_error(wrong + "\n" + trouble());
}

void Node::keep_house(const std::function<void(Node&)>& meanwhile)
{
    const auto slice = [this] { return factory_->housekeeping().run(rte_rdtsc(), tables_->read()); };
    while (how_ == House::kept ? slice() : how_ == House::watched && watched_slice()) {
    }
    const auto now = std::chrono::steady_clock::now();
    if (!meanwhile || now < meanwhile_due_) return;
    meanwhile_due_ = now + meanwhile_interval;
    meanwhile(*this);
}

bool Node::watched_slice()
{
    static const std::uint64_t limit = rte_get_tsc_hz() / 50'000; // 20 us
    static const std::uint64_t wait = rte_get_tsc_hz() / 125'000; // 8 us, as long as a slice begins batches
    interruption_.begin();
    std::uint64_t begun = rte_rdtsc();
    const bool more = factory_->housekeeping().run(begun, tables_->read());
    const std::uint64_t taken = rte_rdtsc() - begun;
    if (interruption_.happened()) {
        ++slices_.interrupted;
        return more;
    }
    ++slices_.count;
    slices_.cycles += taken;
    slices_.longest = std::max(slices_.longest, taken);
    if (taken > limit) ++slices_.over_limit;
    interruption_.begin();
    begun = rte_rdtsc();
    std::uint64_t waited = 0;
    while (waited < wait)
        waited = rte_rdtsc() - begun;
    if (interruption_.happened()) return more;
    slices_.longest_wait = std::max(slices_.longest_wait, waited);
    if (waited > limit) ++slices_.waits_over_limit;
    return more;
}

double Node::bytes_per_tunnel() const
{
    std::uint64_t tunnels = 0;
    for (const table::Model::Use& use : model_->use())
        if (use.table == "tunnels") tunnels = use.used;
    return static_cast<double>(model_->tunnel_bytes()) / static_cast<double>(tunnels) + sizeof(Traffic::Count);
}

std::uint64_t Node::drops(std::string_view reason) const
{
    const LawTerms law = workers_->law();
    const dataplane::ReasonNames names(factory_->reasons());
    for (const Reason& one : names.drops())
        if (std::string(one.stage) + "." + std::string(one.name) == reason) return law.drops[one.flat];
    throw std::logic_error("no drop is called " + std::string(reason));
}

std::string Node::trouble(std::string_view allowed_drop)
{
    const LawTerms law = workers_->law();
    const dataplane::ReasonNames names(factory_->reasons());
    std::string wrong;
    std::uint64_t allowed = 0;
    for (const Reason& reason : names.drops()) {
        const std::string name = std::string(reason.stage) + "." + std::string(reason.name);
        if (name == allowed_drop)
            allowed = law.drops[reason.flat];
        else if (law.drops[reason.flat] != 0)
            wrong += name + " " + std::to_string(law.drops[reason.flat]) + " ";
    }
    if (law.sent + allowed != law.received + law.originated || law.punted + law.held + law.consumed_total() != 0)
        wrong += "received " + std::to_string(law.received) + " sent " + std::to_string(law.sent) + " punted " +
                 std::to_string(law.punted) + " held " + std::to_string(law.held) + " consumed " +
                 std::to_string(law.consumed_total()) + " ";
    if (!law.balanced()) wrong += "the counter law does not balance ";
    return wrong;
}

} // namespace sluice::bench
