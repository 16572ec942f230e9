// A connection to ZooKeeper as the feed sees it: questions go in, events come out of a queue, in the loop's thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/schema.hpp"
#include "control/feeds/registry/place.hpp"

namespace sluice::control::registry {

struct ZookeeperEvent {
    enum class Kind {
        connected, // a session is there: new, or the one before
        lost,      // no server answers; the session may still be there
        expired,   // the session is gone, renew() makes another
        changed,   // a watched node is made, gone, or has other children
        children,  // the answer to list()
        exists,    // the answer to await()
    };
    enum class Answer { fine, no_node, failed };

    Kind kind = Kind::lost;
    std::string path;               // of changed, children, exists
    Answer answer = Answer::fine;   // of children, exists
    std::vector<std::string> names; // of children
    std::string why;                // of what is lost, expired or failed
};

class ZookeeperClient {
public:
    virtual ~ZookeeperClient() = default;

    [[nodiscard]] virtual int descriptor() const = 0; // readable when take() has something
    [[nodiscard]] virtual std::vector<ZookeeperEvent> take() = 0;

    // Asks for the children of a node and watches it: one `changed` at most follows for each `children`.
    virtual void list(const std::string& path) = 0;
    // Asks whether a node exists and watches it: one `changed` at most follows.
    virtual void await(const std::string& path) = 0;
    // Gives up the session and begins another, with the next of the servers. Nothing that was asked before is answered.
    virtual void renew() = 0;
};

// By libzookeeper-mt, from `place`.
[[nodiscard]] std::unique_ptr<ZookeeperClient> make_zookeeper_client(const config::Registry& settings,
                                                                     std::shared_ptr<Place> place);

} // namespace sluice::control::registry
