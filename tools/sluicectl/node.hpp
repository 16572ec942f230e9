// One node: where its sockets are, and the two connections, made when first needed and again after a loss.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "dataplane/api/client.hpp"
#include "dataplane/api/sluice.pb.h"
#include "tools/sluicectl/invocation.hpp"
#include "tools/sluicectl/outcome.hpp"

namespace sluice::ctl {

inline constexpr const char* nodes_folder = "/run/sluice";

// --run-dir, or --node's folder under `root`, or the only folder there is.
[[nodiscard]] tl::expected<std::filesystem::path, Trouble> run_dir_of(const Invocation& invocation,
                                                                     const std::filesystem::path& root = nodes_folder);

using Answer = tl::expected<api::Reply, Trouble>; // no_answer: the process is silent; finding: it refused

class Node {
public:
    explicit Node(const Invocation& invocation) : invocation_(invocation) {}

    [[nodiscard]] Answer dataplane(const api::Request& request) { return ask("dataplane.sock", dataplane_, request); }
    [[nodiscard]] Answer control(const api::Request& request) { return ask("control.sock", control_, request); }

private:
    [[nodiscard]] Answer ask(const char* socket, std::optional<api::Client>& client, const api::Request& request);

    const Invocation& invocation_;
    std::optional<api::Client> dataplane_;
    std::optional<api::Client> control_;
};

[[nodiscard]] api::Request query(api::Topic topic, std::uint32_t limit = 0); // limit 0: all

} // namespace sluice::ctl
