// Keeps the dataplane holding what is wanted. One state machine, driven by the main loop:
//
//   absent ──connect, Hello──► connected ──Query PROGRAMMED──► settled ◄──┐
//     ▲                                                           │ dirty │ Committed
//     └────────── stream ended, no answer: wait, twice as long ── programming
//
// Objects go first, in one transaction; learned routes follow in pieces, each a transaction of its own, so that a
// million of them hold nobody up and a piece that is refused stops nothing else.
//
// Every connection begins with what the dataplane says it holds, so a restart of either process needs no memory of
// ours: an old dataplane holds nearly everything and is sent the difference, a new one holds nothing and is sent all.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "control/delta.hpp"
#include "control/desired/learned_routes.hpp"
#include "control/object_set.hpp"
#include "dataplane/api/client.hpp"

namespace sluice::control {

struct ReconcilerHooks {
    // A connection has begun: whom to, and what it holds. Called before `wanted`.
    std::function<void(const api::Hello&, const ObjectSet& programmed)> connected;
    // What should be held now.
    std::function<ObjectSet(const ObjectSet& programmed)> wanted;
    std::function<void(std::uint32_t interface, const std::string& packed_address)> neighbor_wanted;
    // The dataplane holds what is wanted; whether it had to be told.
    std::function<void(bool was_told)> settled = [](bool) {};
    LearnedRoutes* learned = nullptr; // outlives the reconciler; null: there are none
};

class Reconciler {
public:
    using Clock = std::chrono::steady_clock;
    struct Counts {
        std::uint32_t removed = 0;
        std::uint32_t upserted = 0;
    };

    // Since the start of this process.
    struct Tally {
        std::uint64_t committed = 0; // transactions
        std::uint64_t refused = 0;
        std::uint64_t connections = 0;      // each began with what the dataplane said it held
        std::uint64_t dataplane_starts = 0; // of those, to a dataplane with another start identity
    };

    // A million routes take the dataplane seconds.
    static constexpr int default_answer_timeout_ms = 30'000;

    // `answer_timeout_ms`: silence for longer ends the connection.
    Reconciler(std::string socket_path, ReconcilerHooks hooks, int answer_timeout_ms = default_answer_timeout_ms);

    // Something that `wanted` depends on is different. Changes of a few milliseconds go together.
    void mark_dirty(Clock::time_point now);

    // The same of learned routes, which may be due or not.
    void mark_routes_due(Clock::time_point now);

    // Does what is due; returns when something will be due again.
    [[nodiscard]] Clock::time_point step(Clock::time_point now);

    // Programs the objects at once; learned routes follow with the next steps. An error: refused, and why, or no
    // dataplane.
    [[nodiscard]] Result<Counts> program(Clock::time_point now);

    [[nodiscard]] int descriptor() const; // of the connection, -1 without one; readable when events wait
    [[nodiscard]] bool is_connected() const { return client_.has_value(); }
    // What was wanted has been held at least once since the connection began.
    [[nodiscard]] bool is_settled() const { return settled_; }
    [[nodiscard]] std::uint64_t start_identity() const { return start_identity_; } // of the dataplane known last
    [[nodiscard]] std::uint64_t generation() const { return generation_; }
    [[nodiscard]] const ObjectSet& programmed() const { return programmed_; } // as known last
    [[nodiscard]] const std::string& error() const { return error_; }         // empty: all is well
    [[nodiscard]] const Tally& tally() const { return tally_; }

private:
    void connect(Clock::time_point now);
    [[nodiscard]] Result<void> greet();
    [[nodiscard]] Result<void> read_programmed();
    [[nodiscard]] Result<Counts> send(api::Transaction transaction);
    void program_routes(Clock::time_point now);
    void look_for_more(Clock::time_point now, bool told);
    struct Moment {
        Clock::time_point time;
        std::chrono::nanoseconds processor; // that this thread has used
    };
    void settle(const Moment& started, Clock::time_point now, const Result<Counts>& result);
    void note_refusal(const Result<Counts>& result, Clock::time_point now);
    void lose(Clock::time_point now, const std::string& why);
    void back_off(Clock::time_point now);

    std::string socket_path_;
    ReconcilerHooks hooks_;
    int answer_timeout_ms_;
    std::optional<api::Client> client_;
    ObjectSet programmed_;
    std::uint64_t generation_ = 0;
    std::uint64_t start_identity_ = 0;
    std::string error_;
    bool settled_ = false;
    Tally tally_;
    bool told_ = false; // since it was settled last
    std::optional<Clock::time_point> dirty_due_;
    std::optional<Clock::time_point> routes_due_;
    Clock::time_point retry_due_{};
    std::chrono::milliseconds patience_;
    Clock::time_point rest_until_{}; // no round before
    Clock::time_point routes_rest_until_{};
};

} // namespace sluice::control
