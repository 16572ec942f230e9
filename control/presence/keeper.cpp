#include "control/presence/keeper.hpp"

#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>

namespace sluice::control::presence {
namespace {

constexpr int look_over_ms = 30'000;
constexpr int try_again_ms = 1'000;

void raise(const api::Descriptor& event)
{
    const std::uint64_t one = 1;
    (void)!::write(event.get(), &one, sizeof one); // can only fail when it is raised already
}

std::string text_of(const Outcome& outcome)
{
    if (outcome.failed.empty()) return "";
    const auto& [network, error] = *outcome.failed.begin();
    const std::string others =
        outcome.failed.size() == 1 ? "" : " (and " + std::to_string(outcome.failed.size() - 1) + " more)";
    return (network.empty() ? "" : "network " + network + ": ") + error.text() + others;
}

} // namespace

Keeper::Keeper(std::unique_ptr<Namespaces> namespaces, const std::function<void()>& confine)
    : namespaces_(std::move(namespaces))
    , wishes_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))
{
    status_.name = "presence";
    status_.kind = "vpc";
    status_.since = std::chrono::steady_clock::now();
    status_.state = FeedState::synchronised;
    thread_ = std::thread([this, confine] {
        confine();
        run();
    });
}

Keeper::~Keeper()
{
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    raise(wishes_);
    thread_.join();
}

void Keeper::want(Wanted wanted)
{
    if (!namespaces_->own()) return; // the configuration check has refused `presence` there
    {
        const std::lock_guard lock(mutex_);
        wanted_ = std::move(wanted);
    }
    raise(wishes_);
}

FeedStatus Keeper::status() const
{
    const std::lock_guard lock(mutex_);
    return status_;
}

// Nothing is touched before the first wish: what a former process made may well be wanted.
void Keeper::run()
{
    std::optional<Wanted> wanted;
    for (;;) {
        const bool fails = !status().error.empty();
        pollfd waiting{wishes_.get(), POLLIN, 0};
        (void)::poll(&waiting, 1, !wanted ? -1 : fails ? try_again_ms : look_over_ms);
        std::uint64_t count = 0;
        (void)!::read(wishes_.get(), &count, sizeof count);
        {
            const std::lock_guard lock(mutex_);
            if (stopping_) return;
            if (wanted_) wanted = std::move(wanted_);
            wanted_.reset();
        }
        if (wanted) bring(*wanted);
    }
}

void Keeper::bring(const Wanted& wanted)
{
    const auto began = std::chrono::steady_clock::now();
    const Outcome outcome = reconcile(*namespaces_, wanted);
    const auto now = std::chrono::steady_clock::now();
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(now - began);
    const std::string error = text_of(outcome);
    const std::lock_guard lock(mutex_);
    if (error != status_.error && !error.empty()) spdlog::warn("event=presence_failed error=\"{}\"", error);
    if (outcome.present != status_.entries)
        spdlog::info("event=presence networks={} of={} ms={}", outcome.present, wanted.vpcs.size(), took.count());
    if (error != status_.error || outcome.present != status_.entries) status_.since = now;
    status_.entries = outcome.present;
    status_.error = error;
    status_.state = error.empty() ? FeedState::synchronised : FeedState::error;
}

} // namespace sluice::control::presence
