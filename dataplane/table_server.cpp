#include "dataplane/table_server.hpp"

#include <pthread.h>

#include <rte_cycles.h>
#include <spdlog/spdlog.h>

#include "dataplane/privileges.hpp"

namespace sluice::dataplane {
namespace {

constexpr int wait_ms = 5; // the longest a wish for a neighbour waits; a worker does not wake us
constexpr std::chrono::milliseconds look_interval{100};
constexpr std::string_view control_program = "sluice-control";

} // namespace

Result<std::unique_ptr<TableServer>> TableServer::listen(const std::string& socket_path, const TableServerParts& parts)
{
    std::unique_ptr<TableServer> made(new TableServer(parts));
    auto server =
        api::Server::listen(socket_path, [raw = made.get()](const api::Request& request, const api::Peer& peer) {
            return raw->answer(request, peer);
        });
    if (!server) return tl::unexpected(server.error());
    made->server_ = std::move(*server);
    return made;
}

TableServer::~TableServer()
{
    stopping_.store(true, std::memory_order_relaxed);
    if (thread_.joinable()) thread_.join();
}

void TableServer::start()
{
    thread_ = std::thread([this] {
        ::pthread_setname_np(::pthread_self(), "tables");
        drop_capabilities();
        run();
    });
}

void TableServer::run()
{
    bool more_is_due = false;
    while (!stopping_.load(std::memory_order_relaxed)) {
        server_->poll(more_is_due ? 0 : wait_ms);
        const auto now = Clock::now();
        pass_wishes_on(now);
        programmer_.settle();
        more_is_due = parts_.housekeeping.run(rte_rdtsc(), parts_.tables.settled());
        if (now >= look_due_) look_round(now);
    }
}

void TableServer::look_round(Clock::time_point now)
{
    look_due_ = now + look_interval;
    parts_.ports.look();
    parts_.telemetry.look();
    wishes_.forget_old(now);
}

void TableServer::pass_wishes_on(Clock::time_point now)
{
    for (Worker* worker : parts_.workers.all()) {
        NeighborRequest wish;
        while (worker->neighbor_requests().pop(&wish, 1) == 1) {
            if (!wishes_.is_due(wish, now)) continue;
            api::Reply event;
            event.mutable_neighbor_wanted()->set_interface(wish.interface);
            event.mutable_neighbor_wanted()->set_address(wish.address.data(), wish.length);
            server_->broadcast(event);
        }
    }
}

api::Reply TableServer::answer(const api::Request& request, const api::Peer& peer)
{
    if (peer.pid == control_pid_) control_seen_ = Clock::now();
    if (request.has_hello()) return greet(request.hello(), peer);
    if (request.has_transaction()) return program(request.transaction(), peer);
    if (request.has_query()) return parts_.telemetry.answer(request.query(), control());
    if (request.has_explain()) return parts_.telemetry.answer(request.explain());
    return api::failure("the dataplane does not know this request; ask the control process");
}

api::Reply TableServer::greet(const api::Hello& hello, const api::Peer& peer)
{
    if (hello.version() != api::version)
        return api::failure("this dataplane speaks version " + std::to_string(api::version) + " of the contract and " +
                            hello.program() + " version " + std::to_string(hello.version()) +
                            "; install both from the same release");
    if (hello.program() == control_program && peer.may_change) {
        control_pid_ = peer.pid;
        control_seen_ = Clock::now();
        spdlog::info("event=control_connected pid={}", peer.pid);
    }
    api::Reply reply;
    *reply.mutable_hello() = parts_.telemetry.hello();
    return reply;
}

api::Reply TableServer::program(const api::Transaction& transaction, const api::Peer& peer)
{
    if (!peer.may_change)
        return api::failure("only root or the dataplane's own user may change its tables; you are uid " +
                            std::to_string(peer.uid));
    api::Reply reply = programmer_.program(transaction);
    if (!reply.has_committed()) return reply;
    parts_.steering.follow(transaction);
    remember_drain_time(transaction);
    return reply;
}

void TableServer::remember_drain_time(const api::Transaction& transaction)
{
    for (const api::Object& object : transaction.upsert())
        if (object.has_settings() && object.settings().has_drain_time_ms())
            drain_time_ms_.store(object.settings().drain_time_ms(), std::memory_order_relaxed);
}

std::optional<std::chrono::milliseconds> TableServer::drain_time() const
{
    const std::int64_t given = drain_time_ms_.load(std::memory_order_relaxed);
    return given < 0 ? std::nullopt : std::optional(std::chrono::milliseconds(given));
}

ControlPresence TableServer::control() const
{
    return {control_pid_ != 0 && server_->is_connected(control_pid_), control_seen_};
}

} // namespace sluice::dataplane
