#include "control/feeds/registry/last_good.hpp"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "config/scalars.hpp"

namespace sluice::control::registry {
namespace {

// Few endpoints are let go without question, or nobody could shrink a small service.
constexpr std::uint64_t least_watched = 8;
// Sessions that end together are taken away one by one, so the many small losses of some seconds are one.
constexpr std::chrono::seconds together{10};

std::uint64_t endpoints(const Services& services)
{
    std::uint64_t count = 0;
    for (const auto& [name, backends] : services)
        count += backends.size();
    return count;
}

// `line` is only where it stands in a file.
bool same(const Services& left, const Services& right)
{
    const auto equal = [](const config::Backend& a, const config::Backend& b) {
        return a.address == b.address && a.port == b.port && a.weight == b.weight;
    };
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), [&](const auto& a, const auto& b) {
        return a.first == b.first &&
               std::equal(a.second.begin(), a.second.end(), b.second.begin(), b.second.end(), equal);
    });
}

} // namespace

LastGood::LastGood(std::string name, std::string kind, const config::Registry& settings, Clock clock)
    : keep_when_lost_(settings.keep_when_lost)
    , confirm_after_(settings.confirm_after)
    , sudden_loss_(settings.sudden_loss)
    , clock_(std::move(clock))
{
    status_.name = std::move(name);
    status_.kind = std::move(kind);
    status_.since = clock_();
}

bool LastGood::offer(Reading reading)
{
    if (!reading.first_skipped.empty() && reading.first_skipped != status_.first_skipped)
        spdlog::warn("event=entry_skipped feed={} skipped={} first=\"{}\"", status_.name, reading.skipped,
                     reading.first_skipped);
    status_.skipped = reading.skipped;
    status_.first_skipped = reading.first_skipped;
    const bool believing = std::exchange(believing_, false);
    const bool is_loss = is_sudden_loss(reading);
    if (services_ && same(*services_, reading.services)) {
        unchanged();
        return false;
    }
    if (is_loss && !believing)
        hold_back(std::move(reading.services));
    else
        accept(std::move(reading.services));
    return !is_loss || believing;
}

void LastGood::unchanged()
{
    believing_ = false;
    held_back_.reset();
    enter(FeedState::synchronised, "");
}

// What was held back is read anew when the source can be read again.
void LastGood::lose(const std::string& why)
{
    believing_ = false;
    held_back_.reset();
    if (!unreadable_since_) unreadable_since_ = clock_();
    enter(services_ ? FeedState::stale : FeedState::error, why);
}

void LastGood::forget(const std::string& service)
{
    if (held_back_) held_back_->services.erase(service);
    if (!services_ || services_->erase(service) == 0) return;
    status_.entries = reference_ = endpoints(*services_);
}

// Measured against the most that was held in the last seconds.
bool LastGood::is_sudden_loss(const Reading& reading)
{
    if (!services_) return false;
    const std::uint64_t before = endpoints(*services_);
    const std::uint64_t after = endpoints(reading.services);
    if (before >= reference_ || clock_() - reference_since_ > together) {
        reference_ = before;
        reference_since_ = clock_();
    }
    if (reading.doubtful && after < before) return true;
    return reference_ >= least_watched && after * 100 < reference_ * (100 - sudden_loss_);
}

void LastGood::hold_back(Services services)
{
    const auto since = held_back_ ? held_back_->since : clock_();
    const std::string left = std::to_string(endpoints(services));
    held_back_ = {std::move(services), since};
    unreadable_since_.reset(); // it was read
    const std::string later =
        confirm_after_ ? config::duration_text(*confirm_after_) + " and a second reading, or " : "";
    enter(FeedState::stale, "only " + left + " of " + std::to_string(reference_) +
                                " endpoints are left; held back until " + later +
                                "'sluicectl apply' or SIGHUP confirms it");
}

void LastGood::accept(Services services)
{
    held_back_.reset();
    services_ = std::move(services);
    status_.entries = endpoints(*services_);
    status_.since = clock_();
    status_.noticed = status_.since;
    enter(FeedState::synchronised, "");
}

bool LastGood::wants_second_reading() const
{
    return held_back_ && confirm_after_ && clock_() - held_back_->since >= *confirm_after_;
}

bool LastGood::confirm()
{
    if (!held_back_) return false;
    spdlog::warn("event=loss_confirmed feed={}", status_.name);
    reference_ = 0;
    accept(std::move(held_back_->services));
    return true;
}

// What the source said last counts no more. A loss that is held back waits for its confirmation.
bool LastGood::expire()
{
    if (!unreadable_since_ || !keep_when_lost_ || !services_ || status_.entries == 0) return false;
    if (clock_() - *unreadable_since_ < *keep_when_lost_) return false;
    spdlog::warn("event=feed_expired feed={} endpoints={}", status_.name, status_.entries);
    services_->clear();
    status_.entries = 0;
    status_.noticed = clock_();
    return true;
}

void LastGood::enter(FeedState state, const std::string& error)
{
    if (state == FeedState::synchronised) unreadable_since_.reset();
    if (status_.state != state) status_.since = clock_();
    if (status_.state != state || status_.error != error)
        spdlog::log(error.empty() ? spdlog::level::info : spdlog::level::warn,
                    "event=feed feed={} state={} error=\"{}\"", status_.name, text(state), error);
    status_.state = state;
    status_.error = error;
}

} // namespace sluice::control::registry
