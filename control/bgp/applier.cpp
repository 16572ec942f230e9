#include "control/bgp/applier.hpp"

#include <algorithm>

#include <spdlog/spdlog.h>

#include "control/bgp/identity.hpp"
#include "control/privileges.hpp"

namespace sluice::control::bgp {
namespace {

constexpr std::chrono::milliseconds look{1'000}; // whether FRR runs
constexpr std::chrono::milliseconds first_wait{1'000};
constexpr std::chrono::milliseconds longest_wait{60'000};

std::string without(const std::vector<std::string>& secrets, std::string text)
{
    for (const std::string& secret : secrets)
        for (auto at = text.find(secret); at != std::string::npos && !secret.empty(); at = text.find(secret))
            text.replace(at, secret.size(), "…");
    return text;
}

} // namespace

Applier::Applier(std::string space)
    : frr_(std::move(space))
{
    status_.name = "frr";
    status_.kind = "bgp";
    status_.since = Clock::now();
    thread_ = std::thread([this] { run(); });
}

Applier::~Applier()
{
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void Applier::want(std::optional<Wanted> wanted)
{
    const std::lock_guard lock(mutex_);
    if (wanted == wanted_) return;
    if (wanted && !wanted_) status_.error = "not applied yet";
    if (wanted && status_.state == FeedState::synchronised) {
        status_.state = FeedState::stale;
        status_.error = "a change is being applied";
    }
    wanted_ = std::move(wanted);
    news_ = true;
    changed_.notify_one();
}

std::optional<FeedStatus> Applier::status() const
{
    const std::lock_guard lock(mutex_);
    return wanted_ ? std::optional(status_) : std::nullopt;
}

void Applier::run()
{
    const auto became = become("frr");
    if (!became) (void)keep_capabilities({});
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        if (wanted_) {
            const Wanted wanted = *wanted_;
            if (std::exchange(news_, false)) due_ = {};
            lock.unlock();
            if (became)
                step(wanted);
            else
                say(FeedState::error, became.error().text(), wanted);
            lock.lock();
        } else {
            applied_.reset();
            news_ = false;
        }
        changed_.wait_for(lock, look, [this] { return stopping_ || news_; });
    }
}

// The file is written first, also while FRR does not run: it is what FRR starts with.
void Applier::step(const Wanted& wanted)
{
    if (Clock::now() < due_) return;
    const std::string instance = frr_.instance();
    if (applied_ == wanted && instance == instance_ && !instance.empty()) return;
    if (const auto written = frr_.write(wanted.text); !written) {
        say(FeedState::error, written.error().text(), wanted);
        return retry_later();
    }
    if (instance.empty()) {
        applied_.reset();
        return say(FeedState::error,
                   "FRR does not run (zebra, bgpd and bfdd with a path space of this node's name); "
                   "its configuration is written",
                   wanted);
    }
    if (const auto reloaded = frr_.reload(); !reloaded) {
        say(FeedState::error, reloaded.error().text(), wanted);
        return retry_later();
    }
    spdlog::info("event=frr_reloaded");
    applied_ = wanted;
    instance_ = instance;
    wait_ = {};
    say(FeedState::synchronised, "", wanted);
}

void Applier::retry_later()
{
    wait_ = std::clamp(wait_ * 2, first_wait, longest_wait);
    due_ = Clock::now() + wait_;
}

void Applier::say(FeedState state, std::string error, const Wanted& wanted)
{
    error = without(wanted.secrets, std::move(error));
    const std::lock_guard lock(mutex_);
    if (wanted_ != wanted) return; // of something that is no longer wanted
    if (status_.state == state && status_.error == error) return;
    if (!error.empty()) spdlog::warn("event=frr_not_configured reason=\"{}\"", error);
    status_.state = state;
    status_.error = std::move(error);
    status_.since = Clock::now();
}

} // namespace sluice::control::bgp
