// Typed reading from the tree. A value that is absent, or wrong (and reported by check_shape), leaves the default.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "config/scalars.hpp"
#include "config/tree.hpp"

namespace sluice::config {

template<class T>
bool take(const Scalar<T>& parsed, T& into)
{
    if (parsed) into = *parsed;
    return parsed.has_value();
}

inline bool convert(const Tree& value, std::string& into)
{
    return into = value.text, true;
}
inline bool convert(const Tree& value, bool& into)
{
    return take(parse_boolean(value.text), into);
}
inline bool convert(const Tree& value, IpAddress& into)
{
    return take(parse_address(value.text), into);
}
inline bool convert(const Tree& value, Ipv4Address& into)
{
    return take(parse_ipv4(value.text), into);
}
inline bool convert(const Tree& value, MacAddress& into)
{
    return take(parse_mac(value.text), into);
}
inline bool convert(const Tree& value, Community& into)
{
    return take(parse_community(value.text), into);
}
inline bool convert(const Tree& value, ServicePort& into)
{
    return take(parse_service_port(value.text), into);
}
inline bool convert(const Tree& value, ListenAddress& into)
{
    return take(parse_listen_address(value.text), into);
}
// check_shape has refused host bits where there may be none.
inline bool convert(const Tree& value, Prefix& into)
{
    return take(parse_interface_address(value.text), into);
}

// Counts and identifiers; check_shape has compared them with a range that the member can hold.
template<std::unsigned_integral T>
bool convert(const Tree& value, T& into)
{
    const auto number = value.text.starts_with("0x") ? parse_identifier(value.text) : parse_count(value.text);
    if (number) into = static_cast<T>(*number);
    return number.has_value();
}

template<class Period>
bool convert(const Tree& value, std::chrono::duration<std::int64_t, Period>& into)
{
    const auto duration = parse_duration(value.text);
    if (duration) into = std::chrono::duration_cast<std::chrono::duration<std::int64_t, Period>>(*duration);
    return duration.has_value();
}

template<class T>
void read(const Tree& map, std::string_view key, T& into)
{
    const Tree* value = map.find(key);
    if (value != nullptr && value->kind == Tree::Kind::scalar) convert(*value, into);
}

template<class T>
void read(const Tree& map, std::string_view key, std::optional<T>& into)
{
    const Tree* value = map.find(key);
    T converted{};
    if (value != nullptr && value->kind == Tree::Kind::scalar && convert(*value, converted)) into = converted;
}

template<class T>
void read(const Tree& map, std::string_view key, std::vector<T>& into)
{
    const Tree* list = map.find(key);
    if (list == nullptr || list->kind != Tree::Kind::list) return;
    for (const TreeEntry& item : list->entries)
        if (T converted{}; convert(item.value, converted)) into.push_back(converted);
}

// The entries of a container below `map`, or none.
[[nodiscard]] inline const std::vector<TreeEntry>& entries(const Tree& map, std::string_view key)
{
    static const std::vector<TreeEntry> none;
    const Tree* value = map.find(key);
    return value == nullptr ? none : value->entries;
}

[[nodiscard]] inline const Tree& section(const Tree& map, std::string_view key)
{
    static const Tree none;
    const Tree* value = map.find(key);
    return value == nullptr ? none : *value;
}

} // namespace sluice::config
