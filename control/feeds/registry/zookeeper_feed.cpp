// Waits: who is not connected for 1 s, doubling to 5 s, begins another session with the next server, and at once when
// the session is over; what could not be answered is asked again each second.
#include "control/feeds/registry/zookeeper_feed.hpp"

#include <algorithm>
#include <utility>

namespace sluice::control::registry {
namespace {

using std::chrono::milliseconds;
using Event = ZookeeperEvent;

constexpr milliseconds least_patience{1'000};
constexpr milliseconds most_patience{5'000};
constexpr std::chrono::seconds ask_again{1};

} // namespace

ZookeeperFeed::ZookeeperFeed(std::string name, const config::Registry& settings,
                             std::unique_ptr<ZookeeperClient> client, LastGood::Clock clock)
    : root_(settings.root == "/" ? "" : settings.root)
    , client_(std::move(client))
    , clock_(clock)
    , last_good_(std::move(name), "zookeeper", settings, std::move(clock))
    , patience_(least_patience)
{
    renew_due_ = clock_() + patience_;
    for (const std::string& server : settings.zookeeper)
        servers_ += (servers_.empty() ? "" : ", ") + server;
    last_good_.lose(servers_ + ": not connected yet");
}

bool ZookeeperFeed::handle()
{
    if (std::erase_if(asked_, [](const auto& names) { return names.expired(); }) != 0) take_questions();
    for (const Event& event : client_->take())
        take(event);
    renew_when_due();
    read_a_second_time();
    if (connected_ && clock_() >= retry_due_) {
        retry_due_ = clock_() + ask_again;
        for (auto& [path, folder] : folders_)
            if (!folder.failure.empty()) list(path, folder);
    }
    const bool changed = offer();
    return last_good_.expire() || changed;
}

void ZookeeperFeed::ask(const std::shared_ptr<const Names>& services)
{
    asked_.push_back(services);
    take_questions();
}

// A plan that was thrown away asks for nothing any more.
void ZookeeperFeed::take_questions()
{
    std::map<std::string, config::ServiceKey> services;
    for (const auto& names : asked_)
        if (const auto held = names.lock())
            for (const std::string& name : *held)
                if (const auto key = config::parse_service_key(name)) services.emplace(name, *key);
    if (services == services_) return;
    for (const auto& [name, key] : services_)
        if (!services.contains(name)) last_good_.forget(name);
    services_ = std::move(services);
    std::set<std::string> wanted;
    for (const auto& [name, key] : services_) {
        const std::string path = folder_path(key.interface);
        wanted.insert(path);
        const auto [folder, is_new] = folders_.try_emplace(path);
        folder->second.interface = key.interface;
        if (is_new && connected_) list(path, folder->second);
    }
    std::erase_if(folders_, [&](const auto& entry) { return !wanted.contains(entry.first); });
    to_offer_ = true;
}

std::string ZookeeperFeed::folder_path(const std::string& interface) const
{
    return root_ + "/" + interface + "/providers";
}

void ZookeeperFeed::take(const Event& event)
{
    switch (event.kind) {
    case Event::Kind::connected:
        return connected();
    case Event::Kind::lost:
        return lost(event.why);
    case Event::Kind::expired:
        lost(event.why);
        if (patience_ == least_patience) renew_due_ = clock_(); // none was tried since it was connected
        return;
    case Event::Kind::changed:
    case Event::Kind::children:
    case Event::Kind::exists:
        break;
    }
    const auto found = folders_.find(event.path);
    if (found == folders_.end() || !connected_) return; // nobody asks any more; or all is asked again
    if (event.kind == Event::Kind::changed)
        list(found->first, found->second);
    else
        take_answer(found->second, found->first, event);
}

void ZookeeperFeed::take_answer(Folder& folder, const std::string& path, const Event& event)
{
    const bool is_there = event.answer == Event::Answer::fine;
    if (event.kind == Event::Kind::exists) { // of a folder that was absent: watched now, or made meanwhile
        if (is_there) list(path, folder);
        return;
    }
    folder.listing = false;
    folder.failure = event.answer == Event::Answer::failed ? event.why : "";
    if (!folder.failure.empty()) return;
    // No folder, no providers; but folders stay when providers go, so one that vanishes is a doubtful message.
    folder.providers = read_providers(folder.interface, event.names);
    folder.vanished = !is_there && (folder.vanished || folder.present);
    folder.present = is_there;
    folder.known = folder.current = to_offer_ = true;
    if (!is_there) client_->await(path);
    if (std::exchange(folder.again, false)) list(path, folder);
}

void ZookeeperFeed::connected()
{
    connected_ = true;
    renew_due_.reset();
    patience_ = least_patience;
    list_all();
}

void ZookeeperFeed::lost(const std::string& why)
{
    connected_ = second_reading_ = false;
    if (!renew_due_) renew_due_ = clock_() + patience_;
    last_good_.lose(servers_ + ": " + why);
}

void ZookeeperFeed::renew_when_due()
{
    if (!renew_due_ || clock_() < *renew_due_) return;
    patience_ = std::min(patience_ * 2, most_patience);
    renew_due_ = clock_() + patience_;
    client_->renew();
}

void ZookeeperFeed::read_a_second_time()
{
    if (!connected_ || second_reading_ || !last_good_.wants_second_reading()) return;
    second_reading_ = true;
    list_all();
}

void ZookeeperFeed::list_all()
{
    for (auto& [path, folder] : folders_) {
        folder.current = folder.listing = folder.again = false;
        folder.failure.clear();
        list(path, folder);
    }
    to_offer_ = true;
}

void ZookeeperFeed::list(const std::string& path, Folder& folder)
{
    if (folder.listing) {
        folder.again = true;
        return;
    }
    folder.listing = true;
    client_->list(path);
}

// Only when every folder has answered on this connection or failed: half an answer would look like a loss.
bool ZookeeperFeed::offer()
{
    const auto is_open = [](const auto& entry) { return !entry.second.current && entry.second.failure.empty(); };
    if (!connected_ || !to_offer_ || std::any_of(folders_.begin(), folders_.end(), is_open)) return false;
    to_offer_ = false;
    LastGood::Reading reading;
    for (const auto& [name, key] : services_) {
        const Folder& folder = folders_.at(folder_path(key.interface));
        if (folder.known) reading.services[name] = backends_for(key, folder.providers.good);
    }
    for (const auto& [path, folder] : folders_) {
        reading.doubtful |= folder.vanished;
        reading.skipped += folder.providers.skipped;
        if (reading.first_skipped.empty()) reading.first_skipped = folder.providers.first_skipped;
    }
    if (std::exchange(second_reading_, false)) last_good_.believe_next();
    const bool changed = last_good_.offer(std::move(reading));
    if (!last_good_.holds_back()) believe_vanished();
    return changed;
}

bool ZookeeperFeed::confirm()
{
    believe_vanished();
    return last_good_.confirm();
}

void ZookeeperFeed::believe_vanished()
{
    for (auto& [path, folder] : folders_)
        folder.vanished = false;
}

Names ZookeeperFeed::unread() const
{
    Names names;
    for (const auto& [name, key] : services_)
        if (!folders_.at(folder_path(key.interface)).known) names.insert(name);
    return names;
}

// What one folder does not tell makes the feed stale, and leaves the others alone.
FeedStatus ZookeeperFeed::status() const
{
    FeedStatus status = last_good_.status();
    const auto failed =
        std::find_if(folders_.begin(), folders_.end(), [](const auto& entry) { return !entry.second.failure.empty(); });
    if (status.state != FeedState::synchronised || failed == folders_.end()) return status;
    status.state = FeedState::stale;
    status.error = failed->first + ": " + failed->second.failure;
    return status;
}

} // namespace sluice::control::registry
