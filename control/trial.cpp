#include "control/trial.hpp"

#include <filesystem>
#include <fstream>

namespace sluice::control {
namespace {

using Milliseconds = std::chrono::duration<std::int64_t, std::milli>;

} // namespace

std::optional<Trial> TrialFile::read() const
{
    std::ifstream file(path_);
    Trial trial;
    std::int64_t deadline_ms = 0;
    if (!(file >> trial.number >> trial.back_to >> deadline_ms)) return std::nullopt;
    trial.deadline = Trial::WallClock::time_point(Milliseconds(deadline_ms));
    return trial;
}

Result<void> TrialFile::write(const std::optional<Trial>& trial) const
{
    std::error_code error;
    if (!trial) {
        std::filesystem::remove(path_, error);
        if (error) return fail(path_, "cannot be removed: " + error.message());
        return {};
    }
    const std::string beside = path_ + ".new";
    std::ofstream file(beside, std::ios::trunc);
    const auto deadline = std::chrono::duration_cast<Milliseconds>(trial->deadline.time_since_epoch());
    file << trial->number << ' ' << trial->back_to << ' ' << deadline.count() << '\n';
    file.close();
    if (file) std::filesystem::rename(beside, path_, error);
    if (!file || error) return fail(path_, "cannot be written" + (error ? ": " + error.message() : std::string()));
    return {};
}

} // namespace sluice::control
