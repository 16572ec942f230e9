#include "control/feeds/registry/place.hpp"

#include <future>

#include <spdlog/spdlog.h>

#include "control/privileges.hpp"

namespace sluice::control::registry {

Result<std::shared_ptr<Place>> Place::start(std::function<Result<void>()> enter)
{
    std::shared_ptr<Place> place(new Place);
    std::promise<Result<void>> ready;
    place->thread_ = std::thread([&ready, place = place.get(), enter = std::move(enter)] {
        const Result<void> entered = enter();
        if (const auto kept = keep_capabilities({}); !kept)
            spdlog::warn("event=capabilities_kept thread=registry reason=\"{}\"", kept.error().text());
        ready.set_value(entered);
        place->work();
    });
    if (const auto entered = ready.get_future().get(); !entered) return tl::unexpected(entered.error());
    return place;
}

Place::~Place()
{
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void Place::run(Task task)
{
    {
        const std::lock_guard lock(mutex_);
        tasks_.push(std::move(task));
    }
    changed_.notify_one();
}

void Place::work()
{
    for (;;) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
        if (tasks_.empty()) return;
        const Task task = std::move(tasks_.front());
        tasks_.pop();
        lock.unlock();
        task();
    }
}

} // namespace sluice::control::registry
