#include "dataplane/programmer.hpp"

#include <thread>

#include <spdlog/spdlog.h>

#include "dataplane/api/frame.hpp"
#include "dataplane/api/route_set.hpp"

namespace sluice::dataplane {
namespace {

constexpr std::chrono::microseconds spin_time{200}; // many times what a burst takes; afterwards its core is left to it
constexpr std::chrono::microseconds nap{100};

} // namespace

api::Reply Programmer::program(const api::Transaction& transaction)
{
    settle();
    if (stands_still_) return refuse_for_laggard();
    auto next = model_.apply(transaction);
    if (!next) {
        spdlog::warn("event=transaction_refused generation={} reason=\"{}\"", transaction.generation(),
                     next.error().text());
        return api::failure(next.error().text());
    }
    tables_.publish(std::move(*next));
    model_.commit();
    const auto removed = static_cast<std::uint32_t>(static_cast<std::size_t>(transaction.remove_size()) +
                                                    api::count(transaction.remove_routes()));
    const auto upserted = static_cast<std::uint32_t>(static_cast<std::size_t>(transaction.upsert_size()) +
                                                     api::count(transaction.upsert_routes()));
    // While a peer's table is learned there are hundreds a second that have learned routes only.
    const bool has_objects = transaction.remove_size() + transaction.upsert_size() != 0;
    spdlog::log(has_objects ? spdlog::level::info : spdlog::level::debug,
                "event=committed generation={} removed={} upserted={}", transaction.generation(), removed, upserted);
    since_ = Clock::now();
    if (!settles_in_time()) {
        stands_still_ = true;
        spdlog::error("event=worker_stands_still worker={} keeps_generation={}", tables_.laggard().value_or(0),
                      tables_.settled().generation);
    }
    api::Reply reply;
    reply.mutable_committed()->set_generation(transaction.generation());
    reply.mutable_committed()->set_removed(removed);
    reply.mutable_committed()->set_upserted(upserted);
    return reply;
}

bool Programmer::settles_in_time()
{
    while (!tables_.settle()) {
        const auto waited = Clock::now() - since_;
        if (waited > patience_) return false;
        if (waited > spin_time) std::this_thread::sleep_for(nap);
    }
    return true;
}

void Programmer::settle()
{
    if (!stands_still_ || !tables_.settle()) return;
    const auto stood = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - since_);
    spdlog::warn("event=worker_goes_on stood_ms={} refused={}", stood.count(), refused_);
    stands_still_ = false;
    refused_ = 0;
}

// The same words as long as it is the same worker: who tries again need not say it again.
api::Reply Programmer::refuse_for_laggard()
{
    ++refused_;
    return api::failure("worker " + std::to_string(tables_.laggard().value_or(0)) +
                        " stands still and may still read the tables of generation " +
                        std::to_string(tables_.settled().generation) +
                        ", which are kept for it; nothing more can be changed until it goes on, then send this again");
}

} // namespace sluice::dataplane
