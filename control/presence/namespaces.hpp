// The namespaces of the VPCs, and sockets in them. Entering a namespace takes CAP_SYS_ADMIN, which the control process
// gives up; a helper process (helper.hpp) keeps that and nothing else, and does only what is written here, only for
// namespaces called NODE@NETWORK. A socket stays in the namespace that it was opened in, whoever holds it.
//
//     auto socket = namespaces.socket("shop", AF_INET, SOCK_STREAM | SOCK_NONBLOCK);   // connects inside VPC shop
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <sys/types.h>

#include "dataplane/api/descriptor.hpp"
#include "dataplane/base/result.hpp"

namespace sluice::control::presence {

enum class Ask : std::uint8_t;

class Namespaces {
public:
    // Forks, so no thread may exist yet. `netns`: the node's namespace (node.netns), empty: that of this process.
    [[nodiscard]] static Result<std::unique_ptr<Namespaces>> start(const std::string& node, const std::string& netns);
    Namespaces(const Namespaces&) = delete;
    Namespaces& operator=(const Namespaces&) = delete;
    ~Namespaces(); // the helper ends; the namespaces stay

    // "gw1@shop", as in /run/netns and for `ip netns exec`. No name of a node or a network has an @.
    [[nodiscard]] static std::string name_of(const std::string& node, const std::string& network);

    // Whether the node has a namespace of its own; in a shared one, devices that look like ours may be others'.
    [[nodiscard]] bool own() const { return own_; }

    // ---- Any thread; each waits for the helper, some 50 us, making a namespace a millisecond.
    // In the namespace of `network`; "public": in the node's. Families: inet, inet6, netlink. An error while the
    // network has none, for instance because it was configured a moment ago: try again.
    [[nodiscard]] Result<api::Descriptor> socket(const std::string& network, int family, int type, int protocol = 0);
    // Makes it, or takes the one that is there; its descriptor.
    [[nodiscard]] Result<api::Descriptor> make(const std::string& network);
    [[nodiscard]] Result<void> remove(const std::string& network);
    // Networks that have one, whoever made it.
    [[nodiscard]] std::vector<std::string> present() const;

private:
    Namespaces(std::string prefix, bool own, api::Descriptor helper, pid_t pid);
    [[nodiscard]] Result<api::Descriptor> ask(Ask what, const std::string& network, int family = 0, int type = 0,
                                              int protocol = 0);

    std::string prefix_; // "gw1@"
    bool own_;
    std::mutex mutex_; // one question at a time
    api::Descriptor helper_;
    pid_t pid_;
};

} // namespace sluice::control::presence
