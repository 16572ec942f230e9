// How a check is made; the queue of checks (checker.hpp) does not know sockets, so that its tests need none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "control/health/target.hpp"

namespace sluice::control::health {

struct Outcome {
    // not_tried: what failed is ours (no descriptor, no namespace) and says nothing of the backend.
    enum class Kind { answered, failed, not_tried } kind = Kind::answered;
    std::string why; // "connection refused"; empty when answered
};

class Connector {
public:
    virtual ~Connector() = default;

    // Begins a connection; nullopt: it is under way, and whoever drives this connector hears of its end by `id`.
    [[nodiscard]] virtual std::optional<Outcome> begin(std::uint64_t id, const Target& target) = 0;
    // Nobody waits for it any more.
    virtual void abandon(std::uint64_t id) = 0;
};

} // namespace sluice::control::health
