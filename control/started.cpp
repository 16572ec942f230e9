#include "control/started.hpp"

namespace sluice::control {

std::optional<config::Config> find_started(const std::string& digest, const Configuration& in_force,
                                           const Generations& generations)
{
    if (in_force.settings.digest == digest) return in_force.settings;
    if (const auto kept = generations.find(digest))
        if (auto parsed = parse_configuration(kept->path, kept->text)) return std::move(parsed->settings);
    if (auto now = read_configuration(in_force.path); now && now->settings.digest == digest)
        return std::move(now->settings);
    return std::nullopt;
}

} // namespace sluice::control
