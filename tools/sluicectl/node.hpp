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
    explicit Node(const Invocation& invocation)
        : invocation_(invocation)
    {
    }

    [[nodiscard]] Answer dataplane(const api::Request& request) { return ask("dataplane.sock", dataplane_, request); }
    [[nodiscard]] Answer control(const api::Request& request) { return ask("control.sock", control_, request); }

private:
    [[nodiscard]] Answer ask(const char* socket, std::optional<api::Client>& client, const api::Request& request);

    const Invocation& invocation_;
    std::optional<api::Client> dataplane_;
    std::optional<api::Client> control_;
};

[[nodiscard]] api::Request query(api::Topic topic, std::uint32_t limit = 0); // limit 0: all

// The answer's body as the one message that the question asks for; another body is trouble, not an empty table.
template<class Message>
[[nodiscard]] tl::expected<Message, Trouble> body_of(const Answer& answer)
{
    if (!answer) return tl::unexpected(answer.error());
    const auto& reflection = *answer->GetReflection();
    const auto* body = reflection.GetOneofFieldDescriptor(*answer, api::Reply::descriptor()->FindOneofByName("body"));
    if (body == nullptr || body->message_type() != Message::descriptor())
        return trouble(Exit::no_answer, "asked for " + Message::descriptor()->name() + ", and the answer is " +
                                            (body == nullptr ? std::string("empty") : body->name()));
    return static_cast<const Message&>(reflection.GetMessage(*answer, body));
}

} // namespace sluice::ctl
