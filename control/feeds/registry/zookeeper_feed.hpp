// Registry of the kind `zookeeper`: Dubbo's providers by interface. Only the interfaces that services ask for are
// watched.
//
//   connecting ──connected──► listing all ──all answered──► synchronised ──changed──► listing one ──┐
//       ▲ ▲                        │                             │   ▲                               │
//       │ └──────── lost ──────────┴─────────────────────────────┘   └───────────────────────────────┘
//       └─ expired: another session
//
// Whatever happens to the connection, the last good set is held (last_good.hpp); only what a session answers changes
// it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/feeds/registry/last_good.hpp"
#include "control/feeds/registry/providers.hpp"
#include "control/feeds/registry/zookeeper_client.hpp"

namespace sluice::control::registry {

class ZookeeperFeed final : public Feed {
public:
    ZookeeperFeed(std::string name, const config::Registry& settings, std::unique_ptr<ZookeeperClient> client,
                  LastGood::Clock clock = std::chrono::steady_clock::now);

    [[nodiscard]] int descriptor() const override { return client_->descriptor(); }
    [[nodiscard]] bool handle() override;
    [[nodiscard]] bool confirm() override;
    [[nodiscard]] const std::optional<Services>& services() const override { return last_good_.services(); }
    void ask(const std::shared_ptr<const Names>& services) override;
    [[nodiscard]] Names unread() const override;
    [[nodiscard]] FeedStatus status() const override;

private:
    using Time = std::chrono::steady_clock::time_point;

    // One folder of providers.
    struct Folder {
        std::string interface;
        Providers providers;   // as it was answered last
        bool known = false;    // answered at least once
        bool current = false;  // answered on this connection, or since a second reading began
        bool listing = false;  // an answer is on its way ...
        bool again = false;    // ... and the folder has changed since it was asked for
        bool present = false;  // it was there at the last answer
        bool vanished = false; // it was there once, is not now, and nobody has believed it yet
        std::string failure;   // of the last question
    };

    void take_questions();
    [[nodiscard]] std::string folder_path(const std::string& interface) const;
    void take(const ZookeeperEvent& event);
    void take_answer(Folder& folder, const std::string& path, const ZookeeperEvent& event);
    void connected();
    void lost(const std::string& why);
    void renew_when_due();
    void read_a_second_time();
    void list_all();
    void list(const std::string& path, Folder& folder);
    [[nodiscard]] bool offer();
    void believe_vanished();

    std::string servers_; // for messages
    std::string root_;
    std::unique_ptr<ZookeeperClient> client_;
    LastGood::Clock clock_;
    LastGood last_good_;
    std::vector<std::weak_ptr<const Names>> asked_;
    std::map<std::string, config::ServiceKey> services_; // what is asked for now
    std::map<std::string, Folder> folders_;              // by path
    bool connected_ = false;
    bool second_reading_ = false;
    bool to_offer_ = false; // an answer came, or other services are asked for
    std::optional<Time> renew_due_;
    std::chrono::milliseconds patience_;
    Time retry_due_{};
};

} // namespace sluice::control::registry
