// Registries started and stopped as the configuration changes.
#include "control/feeds/registry/registries.hpp"

#include "control/feeds/registry/file_feed.hpp"

namespace sluice::control::registry {
namespace {

// `line` is only where it stands in the file.
bool is_same(const config::Registry& left, const config::Registry& right)
{
    return left.file == right.file && left.keep_when_lost == right.keep_when_lost;
}

} // namespace

Registries Registries::with(const std::map<std::string, config::Registry>& wanted) const
{
    Registries out;
    for (const auto& [name, settings] : wanted) {
        const auto present = running_.find(name);
        const bool kept = present != running_.end() && is_same(present->second.settings, settings);
        out.running_[name] = {settings, kept ? present->second.feed : std::make_shared<FileFeed>(name, settings)};
    }
    return out;
}

bool Registries::handle()
{
    bool changed = false;
    for (auto& [name, running] : running_)
        changed |= running.feed->handle();
    return changed;
}

bool Registries::confirm()
{
    bool changed = false;
    for (auto& [name, running] : running_)
        changed |= running.feed->confirm();
    return changed;
}

std::vector<int> Registries::descriptors() const
{
    std::vector<int> descriptors;
    for (const auto& [name, running] : running_)
        if (const int descriptor = running.feed->descriptor(); descriptor >= 0) descriptors.push_back(descriptor);
    return descriptors;
}

std::map<std::string, std::optional<Services>> Registries::services() const
{
    std::map<std::string, std::optional<Services>> services;
    for (const auto& [name, running] : running_)
        services.emplace(name, running.feed->services());
    return services;
}

std::vector<FeedStatus> Registries::status() const
{
    std::vector<FeedStatus> status;
    for (const auto& [name, running] : running_)
        status.push_back(running.feed->status());
    return status;
}

} // namespace sluice::control::registry
