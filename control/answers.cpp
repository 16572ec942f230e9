#include "control/answers.hpp"

#include <filesystem>

namespace sluice::control {
namespace {

constexpr std::uint64_t shortest_trial_ms = 1'000;
constexpr std::uint64_t longest_trial_ms = 24ULL * 3'600 * 1'000;

api::Reply refusal(const Errors& errors)
{
    api::Reply reply = api::failure(errors.size() == 1 ? "refused" : std::to_string(errors.size()) + " errors");
    for (const Error& error : errors)
        reply.mutable_failure()->add_errors(error.text());
    return reply;
}

api::Reply reply_of(const Node::Outcome& outcome)
{
    if (!outcome) return refusal(outcome.error());
    api::Reply reply;
    *reply.mutable_applied() = *outcome;
    return reply;
}

api::Reply greet(const Node& node, const api::Hello& hello)
{
    if (hello.version() != api::version)
        return api::failure("sluice-control speaks version " + std::to_string(api::version) + " of the contract and " +
                            hello.program() + " version " + std::to_string(hello.version()) +
                            "; install both from the same release");
    api::Reply reply;
    *reply.mutable_hello() = node.status().hello();
    return reply;
}

api::Reply query(const Node& node, api::Topic topic)
{
    api::Reply reply;
    const api::ControlStatus status = node.status();
    if (topic == api::STATUS)
        *reply.mutable_control_status() = status;
    else if (topic == api::FEEDS)
        *reply.mutable_feeds()->mutable_feeds() = status.feeds();
    else if (topic == api::BACKENDS)
        *reply.mutable_backend_states() = node.backend_states();
    else if (topic == api::ANNOUNCEMENTS)
        *reply.mutable_announcements() = node.announcements();
    else
        return api::failure(
            "sluice-control answers status, feeds, backends and announcements; ask sluice-dataplane for the rest");
    return reply;
}

api::Reply apply(Node& node, const api::Apply& request)
{
    // Our working folder is not the asker's.
    if (!std::filesystem::path(request.path()).is_absolute())
        return api::failure("'" + request.path() + "' is no absolute path");
    if (request.dry_run()) return reply_of(node.diff(request.path()));
    if (request.confirm_ms() != 0 &&
        (request.confirm_ms() < shortest_trial_ms || request.confirm_ms() > longest_trial_ms))
        return api::failure("a time to confirm is 1s to 24h, not " + std::to_string(request.confirm_ms()) + "ms");
    return reply_of(node.apply(request.path(), std::chrono::milliseconds(request.confirm_ms())));
}

api::Reply drain(Node& node, const api::DrainBackend& request)
{
    const auto states = node.drain(request);
    if (!states) return api::failure(states.error().text());
    api::Reply reply;
    *reply.mutable_backend_states() = *states;
    return reply;
}

api::Reply drain(Node& node, const api::DrainNode& request)
{
    if (const auto done = node.drain(request); !done) return api::failure(done.error().text());
    api::Reply reply;
    *reply.mutable_control_status() = node.status();
    return reply;
}

} // namespace

api::Reply answer(Node& node, const api::Request& request, const api::Peer& peer)
{
    if (request.has_hello()) return greet(node, request.hello());
    if (request.has_query()) return query(node, request.query().topic());
    const bool changes = request.has_apply() || request.has_rollback() || request.has_confirm() ||
                         request.has_drain_backend() || request.has_drain_node();
    if (!changes) return api::failure("sluice-control answers hello, query, apply, confirm, rollback and drain");
    if (!peer.may_change)
        return api::failure("uid " + std::to_string(peer.uid) +
                            " may read only; be root or the user of sluice-control");
    if (request.has_drain_backend()) return drain(node, request.drain_backend());
    if (request.has_drain_node()) return drain(node, request.drain_node());
    if (request.has_apply()) return apply(node, request.apply());
    if (request.has_confirm()) return reply_of(node.confirm());
    return reply_of(node.roll_back(request.rollback().applied()));
}

} // namespace sluice::control
