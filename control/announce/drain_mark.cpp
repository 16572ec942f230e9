#include "control/announce/drain_mark.hpp"

#include <filesystem>
#include <fstream>

namespace sluice::control::announce {
namespace {

namespace fs = std::filesystem;
using Seconds = std::chrono::seconds;

} // namespace

DrainMark::DrainMark(const std::string& folder)
    : path_((fs::path(folder) / "drained").string())
{
    std::error_code unknown;
    if (!fs::exists(path_, unknown)) return;
    Seconds::rep seconds = 0;
    std::ifstream(path_) >> seconds;
    since_ = Clock::time_point(Seconds(seconds));
}

Result<void> DrainMark::set(bool drained, Clock::time_point now)
{
    if (drained == since_.has_value()) return {};
    std::error_code error;
    if (drained) {
        const std::string beside = path_ + ".new";
        std::ofstream file(beside, std::ios::trunc);
        file << std::chrono::duration_cast<Seconds>(now.time_since_epoch()).count() << '\n';
        file.close();
        if (!file) return fail(path_, "cannot be written; nothing was changed");
        fs::rename(beside, path_, error);
    } else {
        fs::remove(path_, error);
    }
    if (error) return fail(path_, "cannot be changed: " + error.message() + "; nothing was changed");
    since_ = drained ? std::optional(now) : std::nullopt;
    return {};
}

} // namespace sluice::control::announce
