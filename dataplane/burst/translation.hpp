// Composing what is to be done to a flow: each policy adds its fields to one Translation, and the answer's is derived.
#pragma once

#include "dataplane/burst/family.hpp"
#include "dataplane/table/session_entry.hpp"

namespace sluice {

template<class Family>
using TranslationOf = table::Translation<typename Family::Key>;

// Does nothing yet: the flow keeps addresses, ports and network.
template<class Key>
[[nodiscard]] table::Translation<Key> identity(const Key& key) noexcept
{
    table::Translation<Key> result;
    result.key = key;
    result.new_source = key.source;
    result.new_destination = key.destination;
    result.new_source_port = key.source_port;
    result.new_destination_port = key.destination_port;
    result.out_network = key.network;
    return result;
}

template<class Key>
void set_source(table::Translation<Key>& action, const typename Key::Address& address, std::uint16_t raw_port) noexcept
{
    action.new_source = address;
    action.new_source_port = raw_port;
    action.flags |= action.rewrites_source;
}

template<class Key>
void set_destination(table::Translation<Key>& action, const typename Key::Address& address,
                     std::uint16_t raw_port) noexcept
{
    action.new_destination = address;
    action.new_destination_port = raw_port;
    action.flags |= action.rewrites_destination;
}

// The packet goes by the route to `target`, as it is.
template<class Key>
void send_by_way_of(table::Translation<Key>& action, const typename Key::Address& target) noexcept
{
    action.new_destination = target;
    action.flags |= action.direct;
}

// The flow as it looks after the rewrite.
template<class Key>
[[nodiscard]] Key rewritten_key(const table::Translation<Key>& action) noexcept
{
    const std::uint64_t rest = action.new_source_port | std::uint64_t{action.new_destination_port} << 16 |
                               std::uint64_t{action.out_network} << 32 | std::uint64_t{action.key.protocol} << 48;
    using Family = std::conditional_t<std::is_same_v<Key, V4::Key>, V4, V6>;
    return Family::key(action.new_source, action.written_destination(), rest);
}

// What undoes `action` for the answers. The source of a direct service's answers is right already; that it is written
// all the same hides the inside addresses that ICMP errors about them come from.
template<class Key>
[[nodiscard, gnu::always_inline]] inline table::Translation<Key>
answer_to(const table::Translation<Key>& action) noexcept
{
    table::Translation<Key> answer = identity(rewritten_key(action).reversed());
    answer.out_network = action.key.network;
    if (action.has(action.rewrites_destination | action.direct))
        set_source(answer, action.key.destination, action.key.destination_port);
    if (action.has(action.rewrites_source)) set_destination(answer, action.key.source, action.key.source_port);
    return answer;
}

} // namespace sluice
