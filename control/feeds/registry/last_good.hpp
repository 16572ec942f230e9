// What a registry said last that could be believed, for feeds of every kind: held while the source cannot be read,
// until keep-when-lost has passed; and held against a sudden loss until that is confirmed.
//
// Worked example, with the defaults: 10 endpoints are held, the source says 3. Held back, stale. After 30 s the feed is
// asked to read again; 4 are there: still a loss of more than half, so it is believed. Had there been 9, they would be
// held and nothing had happened.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "control/feeds/registry/feed.hpp"

namespace sluice::control::registry {

class LastGood {
public:
    using Clock = std::function<std::chrono::steady_clock::time_point()>;

    LastGood(std::string name, std::string kind, const config::Registry& settings, Clock clock);

    struct Reading {
        Services services;
        std::uint64_t skipped = 0; // entries that were refused
        std::string first_skipped;
        bool doubtful = false; // the way it says so is no ordinary one: hold back any loss
    };
    // The source says this now. true: services() is different.
    [[nodiscard]] bool offer(Reading reading);
    // The source says what it said before.
    void unchanged();
    // The source cannot be read, or what it says is wrong as a whole.
    void lose(const std::string& why);
    // Of what is held this is not asked for any more: no loss.
    void forget(const std::string& service);

    // A loss was held back for long enough: believe_next(), and read the source again.
    [[nodiscard]] bool wants_second_reading() const;
    // What is offered next is believed, however little it is.
    void believe_next() { believing_ = true; }
    // The loss that is held back is meant. true: services() is different.
    [[nodiscard]] bool confirm();

    // Once a second: keep-when-lost. true: services() is different.
    [[nodiscard]] bool expire();

    [[nodiscard]] const std::optional<Services>& services() const { return services_; }
    [[nodiscard]] const FeedStatus& status() const { return status_; }
    [[nodiscard]] bool holds_back() const { return held_back_.has_value(); }

private:
    using Time = std::chrono::steady_clock::time_point;

    struct HeldBack {
        Services services;
        Time since;
    };

    [[nodiscard]] bool is_sudden_loss(const Reading& reading);
    void hold_back(Services services);
    void accept(Services services);
    void enter(FeedState state, const std::string& error);

    std::optional<std::chrono::milliseconds> keep_when_lost_;
    std::optional<std::chrono::milliseconds> confirm_after_;
    std::uint32_t sudden_loss_;
    Clock clock_;
    std::optional<Services> services_;
    std::optional<HeldBack> held_back_;
    bool believing_ = false;
    std::optional<Time> unreadable_since_; // keep-when-lost counts from here
    std::uint64_t reference_ = 0;          // endpoints a loss is measured against: the most of the last seconds
    Time reference_since_{};
    FeedStatus status_;
};

} // namespace sluice::control::registry
