#include "dataplane/worker_set.hpp"

#include <rte_launch.h>
#include <rte_lcore.h>

#include "dataplane/eal.hpp"
#include "dataplane/privileges.hpp"

namespace sluice::dataplane {
namespace {

int run_worker(void* worker)
{
    drop_capabilities();
    static_cast<Worker*>(worker)->run();
    return 0;
}

} // namespace

void add(LawTerms& sum, const LawTerms& one)
{
    sum.received += one.received;
    sum.injected += one.injected;
    sum.originated += one.originated;
    sum.sent += one.sent;
    sum.punted += one.punted;
    sum.held += one.held;
    for (std::size_t i = 0; i < reason_count; ++i) {
        sum.drops[i] += one.drops[i];
        sum.consumed[i] += one.consumed[i];
    }
}

Result<std::unique_ptr<WorkerSet>> WorkerSet::make(const config::Workers& plan, Ports& ports,
                                                   const std::vector<table::Interface>& interfaces,
                                                   PipelineFactory& factory, Published& tables)
{
    std::unique_ptr<WorkerSet> set(new WorkerSet);
    const auto count = static_cast<unsigned>(plan.cores.size());
    for (unsigned id = 0; id < count; ++id) {
        const auto socket = static_cast<int>(rte_lcore_to_socket_id(lcore_of_worker(id)));
        const auto pool = ports.pool_for(socket);
        if (!pool) return tl::unexpected(pool.error());
        set->pipelines_.push_back(factory.make_worker(id));
        set->workers_.push_back(std::make_unique<Worker>(WorkerPlan{id, plan.cores[id], count, plan.idle, *pool}, ports,
                                                         interfaces, *set->pipelines_.back(), tables));
    }
    return set;
}

Result<void> WorkerSet::launch()
{
    running_ = true;
    for (const auto& worker : workers_)
        if (rte_eal_remote_launch(run_worker, worker.get(), lcore_of_worker(worker->plan().id)) != 0)
            return fail("workers.cores", "core " + std::to_string(worker->plan().core) + " did not take its worker");
    return {};
}

void WorkerSet::stop() noexcept
{
    if (!running_) return;
    running_ = false;
    for (const auto& worker : workers_)
        worker->stop();
    rte_eal_mp_wait_lcore();
}

std::vector<Worker*> WorkerSet::all()
{
    std::vector<Worker*> all;
    for (const auto& worker : workers_)
        all.push_back(worker.get());
    return all;
}

LawTerms WorkerSet::law() const
{
    LawTerms sum;
    for (const auto& worker : workers_)
        add(sum, worker->law());
    return sum;
}

} // namespace sluice::dataplane
