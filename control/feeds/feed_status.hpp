// What an operator sees of every feed.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace sluice::control {

// synchronised: what is held is what the source says. stale: the source cannot be read, or said something that is held
// back; what it said before is held. error: the source cannot be read and never could be since start.
enum class FeedState { synchronised, stale, error };

struct FeedStatus {
    std::string name;
    std::string kind;
    FeedState state = FeedState::error;
    std::chrono::steady_clock::time_point since; // of the last change of state or content
    // When the newest change of content was noticed, before it was read. nullopt: none yet, or the feed does not tell.
    std::optional<std::chrono::steady_clock::time_point> noticed{};
    std::uint64_t entries = 0;
    std::string error;
    std::uint64_t skipped = 0; // entries of the source that were refused; the others stand
    std::string first_skipped; // which, and why
};

[[nodiscard]] inline std::string text(FeedState state)
{
    switch (state) {
    case FeedState::synchronised:
        return "synchronised";
    case FeedState::stale:
        return "stale";
    case FeedState::error:
        break;
    }
    return "error";
}

} // namespace sluice::control
