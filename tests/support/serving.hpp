// A server on its own thread, so that the blocking client can be tried against it.
#pragma once

#include <atomic>
#include <thread>
#include <utility>

#include "dataplane/api/server.hpp"

namespace sluice::test {

class Serving {
public:
    Serving(const std::string& path, api::Server::Handler handler, api::Limits limits = {})
        : server_(api::Server::listen(path, std::move(handler), limits).value())
        , thread_([this] {
            while (!stop_) {
                server_->poll(5);
                if (announce_.exchange(false)) server_->broadcast(event_);
            }
        })
    {
    }
    ~Serving()
    {
        stop_ = true;
        thread_.join();
    }

    void broadcast(const api::Reply& event) // once per test: event_ must not change while the thread may send it
    {
        event_ = event;
        announce_ = true;
    }

private:
    std::unique_ptr<api::Server> server_;
    api::Reply event_;
    std::atomic<bool> stop_ = false;
    std::atomic<bool> announce_ = false;
    std::thread thread_;
};

// Greets, commits transactions, and refuses everything else: the smallest program that keeps the contract.
inline api::Reply answer(const api::Request& request, const api::Peer&)
{
    api::Reply reply;
    if (request.has_hello()) {
        reply.mutable_hello()->set_version(api::version);
        reply.mutable_hello()->set_program("sluice-dataplane");
        reply.mutable_hello()->set_node("gw1");
    } else if (request.has_transaction()) {
        reply.mutable_committed()->set_generation(request.transaction().generation());
        reply.mutable_committed()->set_upserted(static_cast<unsigned>(request.transaction().upsert_size()));
    } else {
        reply = api::failure("this server only commits");
        reply.mutable_failure()->add_errors("gateway.yaml:3:1: nothing to read here");
    }
    return reply;
}

} // namespace sluice::test
