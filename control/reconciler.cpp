// Waits: 1 ms for what a change brings with it, 5 ms after a round for more to gather (50 after many routes; longer
// when a round of objects costs more, so that it never takes over a fifth of the time; one of routes costs what has
// changed), 100 ms doubling to 5 s between tries to connect, and the same after a refusal.
#include "control/reconciler.hpp"

#include <algorithm>
#include <ctime>
#include <utility>

#include <spdlog/spdlog.h>

namespace sluice::control {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds follow{1};
constexpr milliseconds gather{5};
constexpr milliseconds gather_flood{50}; // after a piece of many routes
constexpr std::size_t flood = 256;       // routes; a transaction costs the dataplane a copy of each root it changes
constexpr int cost_share = 4;
constexpr milliseconds least_patience{100};
constexpr milliseconds most_patience{5'000};
constexpr auto idle_wait = std::chrono::seconds(1);

// What this thread has had of the processor. On a busy machine a round takes longer and is no more work.
std::chrono::nanoseconds thread_time()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

} // namespace

Reconciler::Reconciler(std::string socket_path, ReconcilerHooks hooks, int answer_timeout_ms)
    : socket_path_(std::move(socket_path))
    , hooks_(std::move(hooks))
    , answer_timeout_ms_(answer_timeout_ms)
    , patience_(least_patience)
{
}

int Reconciler::descriptor() const
{
    return client_ ? client_->descriptor() : -1;
}

void Reconciler::mark_dirty(Clock::time_point now)
{
    if (!dirty_due_) dirty_due_ = std::max(now + follow, rest_until_);
}

void Reconciler::mark_routes_due(Clock::time_point now)
{
    if (hooks_.learned != nullptr && !routes_due_) routes_due_ = std::max(now + follow, routes_rest_until_);
}

Reconciler::Clock::time_point Reconciler::step(Clock::time_point now)
{
    if (client_ && !client_->poll_events(0)) lose(now, "the dataplane closed the connection");
    if (!client_) {
        if (now >= retry_due_) connect(now);
    } else if (dirty_due_ && now >= std::max(*dirty_due_, retry_due_)) {
        (void)program(now); // a refusal is kept in error_ and tried again
    } else if (routes_due_ && now >= std::max(*routes_due_, retry_due_)) {
        program_routes(now);
    }
    if (!client_) return retry_due_;
    if (!dirty_due_ && !routes_due_) return now + idle_wait;
    const Clock::time_point due =
        std::min(dirty_due_.value_or(Clock::time_point::max()), routes_due_.value_or(Clock::time_point::max()));
    return std::max(due, retry_due_);
}

void Reconciler::connect(Clock::time_point now)
{
    auto client = api::Client::connect(socket_path_, "sluice-control");
    if (!client) return lose(now, client.error().text());
    client_ = std::move(*client);
    client_->on_event = [this](const api::Reply& event) {
        if (event.has_neighbor_wanted())
            hooks_.neighbor_wanted(event.neighbor_wanted().interface(), event.neighbor_wanted().address());
    };
    if (const auto greeted = greet(); !greeted) return lose(now, greeted.error().text());
    (void)program(now);
}

Result<void> Reconciler::greet()
{
    const api::Hello& hello = client_->peer();
    if (auto done = read_programmed(); !done) return done;
    const bool is_new = start_identity_ != hello.start_identity();
    start_identity_ = hello.start_identity();
    ++tally_.connections;
    tally_.dataplane_starts += is_new ? 1 : 0;
    spdlog::info("event=dataplane_connected node={} new={} generation={} objects={} learned={}", hello.node(), is_new,
                 generation_, programmed_.size(), hooks_.learned == nullptr ? 0 : hooks_.learned->programmed());
    hooks_.connected(hello, programmed_);
    return {};
}

// The objects, and the learned routes piece by piece.
Result<void> Reconciler::read_programmed()
{
    api::Request request;
    request.mutable_query()->set_topic(api::PROGRAMMED);
    if (hooks_.learned != nullptr) hooks_.learned->begin_reading();
    for (bool more = true; more;) {
        const auto reply = client_->call(request, answer_timeout_ms_);
        if (!reply) return tl::unexpected(reply.error());
        if (!reply->has_programmed())
            return fail("dataplane", "answered the question for its tables with something else");
        const api::Programmed& piece = reply->programmed();
        if (!request.query().has_routes_after()) programmed_ = to_set(piece.objects());
        generation_ = piece.generation();
        if (hooks_.learned != nullptr)
            if (auto good = hooks_.learned->read(piece.learned()); !good) return good;
        const auto last = api::last(piece.learned());
        more = piece.more() && last && hooks_.learned != nullptr;
        if (more) *request.mutable_query()->mutable_routes_after() = api::to_address(*last);
    }
    if (hooks_.learned != nullptr) hooks_.learned->end_reading();
    return {};
}

Result<Reconciler::Counts> Reconciler::program(Clock::time_point now)
{
    if (!client_) return fail("dataplane", error_.empty() ? "is not connected" : error_);
    const Moment started{Clock::now(), thread_time()};
    dirty_due_.reset();
    api::Transaction transaction = delta(programmed_, hooks_.wanted(programmed_));
    const bool told = !is_empty(transaction);
    const auto result = told ? send(std::move(transaction)) : Result<Counts>(Counts{});
    settle(started, now, result);
    if (result) look_for_more(now, told);
    return result;
}

// One piece. What is refused is due again, and whatever changes meanwhile with it.
void Reconciler::program_routes(Clock::time_point now)
{
    routes_due_.reset();
    api::Transaction transaction;
    const std::size_t count = hooks_.learned->fill(transaction, api::routes_per_message);
    if (count == 0) return look_for_more(now, false);
    const auto result = send(std::move(transaction));
    routes_rest_until_ = now + (count < flood ? gather : gather_flood);
    if (!result) {
        hooks_.learned->refused();
        if (!client_->connected()) return lose(now, result.error().text());
        note_refusal(result, now);
        routes_due_ = retry_due_;
        return;
    }
    hooks_.learned->committed();
    error_.clear();
    patience_ = least_patience;
    look_for_more(now, true);
}

// A round has ended well; the next piece of routes is due at once.
void Reconciler::look_for_more(Clock::time_point now, bool told)
{
    told_ |= told;
    if (hooks_.learned != nullptr && hooks_.learned->is_due()) {
        if (!routes_due_) routes_due_ = now;
        return;
    }
    routes_due_.reset();
    settled_ = true;
    hooks_.settled(std::exchange(told_, false));
}

Result<Reconciler::Counts> Reconciler::send(api::Transaction transaction)
{
    transaction.set_generation(generation_ + 1);
    api::Request request;
    *request.mutable_transaction() = transaction;
    const auto reply = client_->call(request, answer_timeout_ms_);
    if (!reply) return tl::unexpected(reply.error());
    if (!reply->has_committed()) return fail("dataplane", "answered a transaction with something else");
    ++tally_.committed;
    record(programmed_, transaction);
    generation_ = reply->committed().generation();
    const auto count = [](int objects, const api::RouteSet& routes) {
        return static_cast<std::uint32_t>(static_cast<std::size_t>(objects) + api::count(routes));
    };
    const Counts counts{count(transaction.remove_size(), transaction.remove_routes()),
                        count(transaction.upsert_size(), transaction.upsert_routes())};
    // While a peer's table is learned there are hundreds a second that have learned routes only.
    const bool has_objects = transaction.remove_size() + transaction.upsert_size() != 0;
    spdlog::log(has_objects ? spdlog::level::info : spdlog::level::debug,
                "event=committed generation={} removed={} upserted={}", generation_, counts.removed, counts.upserted);
    return counts;
}

// A refused transaction changed nothing: it is tried again, since what it collided with may go.
void Reconciler::settle(const Moment& started, Clock::time_point now, const Result<Counts>& result)
{
    const auto work = std::max<Clock::duration>(gather, (thread_time() - started.processor) * cost_share);
    rest_until_ = now + (Clock::now() - started.time) + work;
    if (result) {
        error_.clear();
        patience_ = least_patience;
        retry_due_ = now;
        return;
    }
    if (!client_->connected()) return lose(now, result.error().text());
    note_refusal(result, now);
    dirty_due_ = retry_due_;
}

void Reconciler::note_refusal(const Result<Counts>& result, Clock::time_point now)
{
    ++tally_.refused;
    const std::string why = "transaction refused: " + result.error().text();
    if (error_ != why) spdlog::error("event=transaction_refused error=\"{}\"", result.error().text());
    error_ = why;
    back_off(now);
}

void Reconciler::lose(Clock::time_point now, const std::string& why)
{
    if (error_ != why) spdlog::warn("event=dataplane_lost error=\"{}\"", why);
    error_ = why;
    client_.reset();
    settled_ = false;
    dirty_due_.reset(); // every connection begins with a round anyway
    routes_due_.reset();
    told_ = false;
    back_off(now);
}

void Reconciler::back_off(Clock::time_point now)
{
    retry_due_ = now + patience_;
    patience_ = std::min(patience_ * 2, most_patience);
}

} // namespace sluice::control
