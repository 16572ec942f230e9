// TCP connections that only want to know whether somebody takes them. One epoll descriptor for all; they are
// non-blocking and end with a reset, so that no port of ours waits for them (TIME-WAIT, RFC 9293 section 3.6) and
// thousands a second do not use them up.
//
// A socket stays in the namespace that it was made in, whoever holds it: who makes them decides where a check begins.
#pragma once

#include <functional>
#include <unordered_map>

#include "control/health/connector.hpp"
#include "dataplane/api/descriptor.hpp"
#include "dataplane/base/result.hpp"

namespace sluice::control::health {

// A TCP socket in the namespace of a network; need not be non-blocking yet.
using OpenSocket = std::function<Result<api::Descriptor>(const std::string& network, int family)>;

// In the namespace of the calling thread, whatever the network.
[[nodiscard]] Result<api::Descriptor> open_here(const std::string& network, int family);

class Sockets final : public Connector {
public:
    explicit Sockets(OpenSocket open);

    [[nodiscard]] std::optional<Outcome> begin(std::uint64_t id, const Target& target) override;
    void abandon(std::uint64_t id) override { open_.erase(id); } // closing leaves epoll as well

    [[nodiscard]] int descriptor() const { return epoll_.get(); } // readable when a connection has ended
    // Tells every end there is, and closes it.
    void collect(const std::function<void(std::uint64_t id, const Outcome&)>& ended);

private:
    OpenSocket open_socket_;
    api::Descriptor epoll_;
    std::unordered_map<std::uint64_t, api::Descriptor> open_;
};

} // namespace sluice::control::health
