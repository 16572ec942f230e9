// Where connections to registries are made: a thread in a network namespace, without any rights. Whatever it starts is
// in the same namespace and has no rights either, so a client library's own threads cannot do more than talk. What may
// block (a name server that does not answer) blocks this thread and not the loop.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <queue>
#include <thread>

#include "dataplane/base/result.hpp"

namespace sluice::control::registry {

class Place {
public:
    using Task = std::function<void()>;

    // `enter` takes the thread into its namespace, before it gives up its rights. An error: nothing runs.
    [[nodiscard]] static Result<std::shared_ptr<Place>> start(std::function<Result<void>()> enter);
    ~Place(); // after all tasks are done

    // In the order of the calls, one at a time.
    void run(Task task);

private:
    Place() = default;
    void work();

    std::mutex mutex_; // guards the two below
    std::queue<Task> tasks_;
    bool stopping_ = false;
    std::condition_variable changed_;
    std::thread thread_;
};

struct Places {
    std::shared_ptr<Place> host; // where the process was started
    std::shared_ptr<Place> node; // node.netns
};

} // namespace sluice::control::registry
