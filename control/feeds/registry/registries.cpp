// Registries started and stopped as the configuration changes.
#include "control/feeds/registry/registries.hpp"

#include <tuple>

#include "control/feeds/registry/file_feed.hpp"
#include "control/feeds/registry/zookeeper_feed.hpp"

namespace sluice::control::registry {
namespace {

// `line` is only where it stands in the file.
bool is_same(const config::Registry& left, const config::Registry& right)
{
    const auto all = [](const config::Registry& one) {
        return std::tie(one.file, one.zookeeper, one.root, one.netns, one.session_timeout, one.keep_when_lost,
                        one.sudden_loss, one.confirm_after);
    };
    return all(left) == all(right);
}

} // namespace

std::shared_ptr<Feed> Registries::start(const std::string& name, const config::Registry& settings)
{
    if (settings.zookeeper.empty()) return std::make_shared<FileFeed>(name, settings);
    if (!places_.host) places_.host = Place::start([] { return Result<void>{}; }).value_or(nullptr);
    const bool in_node = settings.netns == config::Registry::Netns::node && places_.node;
    auto client = make_zookeeper_client(settings, in_node ? places_.node : places_.host);
    return std::make_shared<ZookeeperFeed>(name, settings, std::move(client));
}

Registries Registries::with(const std::map<std::string, config::Registry>& wanted,
                            const std::map<std::string, Names>& asked) const
{
    Registries out(places_);
    for (const auto& [name, settings] : wanted) {
        const auto present = running_.find(name);
        const bool kept = present != running_.end() && is_same(present->second.settings, settings);
        const auto names = asked.find(name);
        Running& running = out.running_[name];
        running = {settings, kept ? present->second.feed : out.start(name, settings),
                   std::make_shared<const Names>(names == asked.end() ? Names{} : names->second)};
        running.feed->ask(running.asked);
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

std::set<std::pair<std::string, std::string>> Registries::unread() const
{
    std::set<std::pair<std::string, std::string>> unread;
    for (const auto& [name, running] : running_)
        for (const std::string& service : running.feed->unread())
            unread.emplace(name, service);
    return unread;
}

std::vector<FeedStatus> Registries::status() const
{
    std::vector<FeedStatus> status;
    for (const auto& [name, running] : running_)
        status.push_back(running.feed->status());
    return status;
}

} // namespace sluice::control::registry
