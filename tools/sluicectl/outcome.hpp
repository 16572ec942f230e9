// What a command comes to: an exit code, and what to print where.
#pragma once

#include <functional>
#include <string>

#include <tl/expected.hpp>

namespace sluice::ctl {

// finding: the node answered, and the answer is not what one wants (unbalanced, refused, different, not found).
enum class Exit : int { fine = 0, finding = 1, usage = 2, no_answer = 3 };

// Why there is no report at all. `text` may have several lines.
struct Trouble {
    Exit exit = Exit::finding;
    std::string text;
};

using Piece = tl::expected<std::string, Trouble>;

struct Report {
    std::string out;            // to standard output
    std::string complaint = {}; // to standard error, beside the output
    Exit exit = Exit::fine;
    // What is too long to be made at once: while there is a rest, its next piece is to be printed behind `out`.
    std::function<bool()> has_rest = [] { return false; };
    std::function<Piece()> rest = [] { return Piece(); };
};

using Outcome = tl::expected<Report, Trouble>;

[[nodiscard]] inline tl::unexpected<Trouble> trouble(Exit exit, std::string text)
{
    return tl::unexpected<Trouble>(Trouble{exit, std::move(text)});
}

} // namespace sluice::ctl
