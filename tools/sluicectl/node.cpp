// Finding a node's sockets and asking on them.
#include "tools/sluicectl/node.hpp"

#include <algorithm>
#include <vector>

namespace sluice::ctl {
namespace {

namespace fs = std::filesystem;

constexpr int answer_timeout_ms = 10'000;
constexpr int change_timeout_ms = 120'000; // loading and programming a large configuration

std::vector<std::string> nodes_under(const fs::path& root)
{
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator at(root, error), end; !error && at != end; at.increment(error))
        if (std::error_code unknown; at->is_directory(unknown)) names.push_back(at->path().filename());
    std::ranges::sort(names);
    return names;
}

} // namespace

tl::expected<fs::path, Trouble> run_dir_of(const Invocation& invocation, const fs::path& root)
{
    const std::string name = invocation.text("node");
    if (invocation.has("run-dir") && invocation.has("node"))
        return trouble(Exit::usage, "--node and --run-dir name the node twice; give one of them");
    if (invocation.has("run-dir")) return fs::path(invocation.text("run-dir"));
    if (invocation.has("node")) {
        if (name.empty() || name.starts_with('.') || name.find('/') != std::string::npos)
            return trouble(Exit::usage, "--node: '" + name + "' is no node's name; for a folder use --run-dir");
        return root / name;
    }
    const std::vector<std::string> names = nodes_under(root);
    if (names.size() == 1) return root / names.front();
    if (names.empty()) return trouble(Exit::no_answer, "no node runs here: nothing is in " + root.string());
    std::string list;
    for (const std::string& each : names)
        list += (list.empty() ? "" : ", ") + each;
    return trouble(Exit::usage, "several nodes are here (" + list + "); choose one with --node");
}

Answer Node::ask(const char* socket, std::optional<api::Client>& client, const api::Request& request)
{
    if (!client || !client->connected()) {
        const auto folder = run_dir_of(invocation_);
        if (!folder) return tl::unexpected(folder.error());
        auto connected = api::Client::connect(*folder / socket, "sluicectl");
        if (!connected) return trouble(Exit::no_answer, connected.error().text());
        client.emplace(std::move(*connected));
    }
    const bool changes =
        request.has_apply() || request.has_rollback() || request.has_drain_backend() || request.has_drain_node();
    auto reply = client->call(request, changes ? change_timeout_ms : answer_timeout_ms);
    if (!reply) return trouble(client->connected() ? Exit::finding : Exit::no_answer, reply.error().text());
    return std::move(*reply);
}

api::Request query(api::Topic topic, std::uint32_t limit)
{
    api::Request request;
    request.mutable_query()->set_topic(topic);
    request.mutable_query()->set_limit(limit);
    return request;
}

} // namespace sluice::ctl
