// Any message of the contract as JSON, by reflection: a field added to sluice.proto appears without a line here.
#pragma once

#include <string>

#include <google/protobuf/message.h>
#include <nlohmann/json.hpp>

#include "tools/sluicectl/invocation.hpp"
#include "tools/sluicectl/outcome.hpp"

namespace sluice::ctl {

using Json = nlohmann::ordered_json;

// Field names as in sluice.proto, in its order; numbers are numbers, also those of 64 bits. Fields without presence are
// always there; messages and members of a oneof only when set. Bytes: addresses and MACs as text, null when empty,
// packet data as hexadecimal digits. An api::Address is a prefix as text.
[[nodiscard]] Json to_json(const google::protobuf::Message& message);

// Indented, or on one line when it is repeated (--watch), so that each line is a document.
[[nodiscard]] std::string written(const Json& json, const Invocation& invocation);

// The message as the invocation wants it: JSON, or what `to_text` makes of it.
template<class Message, class ToText>
[[nodiscard]] Outcome report_of(const Invocation& invocation, const tl::expected<Message, Trouble>& message,
                                const ToText& to_text)
{
    if (!message) return tl::unexpected(message.error());
    return Report{invocation.json() ? written(to_json(*message), invocation) : to_text(*message)};
}

} // namespace sluice::ctl
