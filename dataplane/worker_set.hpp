// All workers of the process, each on its core. Built before any of them runs; ended together.
#pragma once

#include <memory>
#include <vector>

#include "dataplane/pipeline_factory.hpp"
#include "dataplane/worker.hpp"

namespace sluice::dataplane {

void add(LawTerms& sum, const LawTerms& one);

class WorkerSet {
public:
    [[nodiscard]] static Result<std::unique_ptr<WorkerSet>> make(const config::Workers& plan, Ports& ports,
                                                                 const std::vector<table::Interface>& interfaces,
                                                                 PipelineFactory& factory, Published& tables);
    WorkerSet(const WorkerSet&) = delete;
    WorkerSet& operator=(const WorkerSet&) = delete;
    ~WorkerSet() { stop(); }

    [[nodiscard]] Result<void> launch();
    // Returns when all have ended and their books are closed. May be called again.
    void stop() noexcept;

    [[nodiscard]] std::size_t size() const { return workers_.size(); }
    [[nodiscard]] Worker& operator[](std::size_t index) { return *workers_[index]; }
    [[nodiscard]] const Worker& operator[](std::size_t index) const { return *workers_[index]; }
    [[nodiscard]] std::vector<Worker*> all();
    [[nodiscard]] LawTerms law() const; // the sum; each worker's terms are those after some whole burst

private:
    WorkerSet() = default;

    std::vector<std::unique_ptr<Pipeline>> pipelines_;
    std::vector<std::unique_ptr<Worker>> workers_;
    bool running_ = false;
};

} // namespace sluice::dataplane
