// The thread that serves dataplane.sock: it alone changes the published tables, answers the tools, passes the workers'
// wishes for neighbours on, and does the housekeeping between.
//
// What happens to a transaction stands in programmer.hpp.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "dataplane/api/server.hpp"
#include "dataplane/neighbor_wishes.hpp"
#include "dataplane/port_watch.hpp"
#include "dataplane/programmer.hpp"
#include "dataplane/telemetry.hpp"

namespace sluice::dataplane {

// Everything outlives the server.
struct TableServerParts {
    table::Model& model;
    Published& tables;
    WorkerSet& workers;
    Housekeeping& housekeeping;
    PortWatch& ports;
    Telemetry& telemetry;
    steering::Steering& steering;
};

class TableServer {
public:
    [[nodiscard]] static Result<std::unique_ptr<TableServer>> listen(const std::string& socket_path,
                                                                     const TableServerParts& parts);
    TableServer(const TableServer&) = delete;
    TableServer& operator=(const TableServer&) = delete;
    ~TableServer();

    void start();

    // Any thread. node.drain-time as the control process gave it last; it may be another than at the start.
    [[nodiscard]] std::optional<std::chrono::milliseconds> drain_time() const;

private:
    using Clock = std::chrono::steady_clock;

    explicit TableServer(const TableServerParts& parts)
        : parts_(parts)
        , programmer_(parts.model, parts.tables)
    {
    }
    void run();
    void look_round(Clock::time_point now);
    void pass_wishes_on(Clock::time_point now);

    [[nodiscard]] api::Reply answer(const api::Request& request, const api::Peer& peer);
    [[nodiscard]] api::Reply greet(const api::Hello& hello, const api::Peer& peer);
    [[nodiscard]] api::Reply program(const api::Transaction& transaction, const api::Peer& peer);
    void remember_drain_time(const api::Transaction& transaction);
    [[nodiscard]] ControlPresence control() const;

    TableServerParts parts_;
    Programmer programmer_;
    std::unique_ptr<api::Server> server_;
    NeighborWishes wishes_;
    Clock::time_point look_due_{};
    unsigned control_pid_ = 0; // 0: none has greeted us
    Clock::time_point control_seen_{};
    std::atomic<std::int64_t> drain_time_ms_{-1}; // negative: not given
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

} // namespace sluice::dataplane
