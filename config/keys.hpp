// Every key of the configuration, once. Unknown-key and range checks and the rows of config/README.md come from here.
// In a path NAME stands for a name of the operator's choice and [] for an item of a list.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sluice::config {

enum class Type : std::uint8_t {
    text,
    name,
    interface_name,
    choice,
    boolean,
    count,
    identifier,
    bytes,
    duration,
    address,
    ipv4_address,
    interface_address,
    prefix,
    ipv4_prefix,
    mac,
    port_range,
    service_port,
    host_port,
    cores,
    community,
    listen_address,
};

enum class Applies : std::uint8_t { live, restart };

struct Key {
    std::string_view path;
    Type type = Type::text;
    std::uint64_t least = 0; // of a number; milliseconds of a duration, bytes of a size, characters of a text
    std::uint64_t most = 0;
    std::string_view unit;     // "" where the value itself carries it or has none
    std::string_view words;    // of a choice, or words allowed instead of a number: "poll|sleep"
    std::string_view fallback; // the default as one would write it, "required", or "" for none
    Applies applies = Applies::live;
    std::string_view doc; // one sentence

    [[nodiscard]] bool required() const { return fallback == "required"; }
};

[[nodiscard]] std::span<const Key> gateway_keys();  // of the gateway's file
[[nodiscard]] std::span<const Key> registry_keys(); // of a registry file

[[nodiscard]] std::string_view type_name(Type type);
[[nodiscard]] std::string range_text(const Key& key);
// The key's row in the README's table: path | type, unit | range | default | live or restart | meaning.
[[nodiscard]] std::string readme_row(const Key& key);

} // namespace sluice::config
