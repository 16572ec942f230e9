// What several rules need: paths of interfaces, duplicates, overlaps, names that lead nowhere.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/check.hpp"

namespace sluice::config {

// The network that needs no entry: the underlay and the Internet.
constexpr std::string_view public_network = "public";

struct PlacedInterface {
    std::string path; // "ports.fabric"
    std::string name;
    const Interface* interface;
};

struct PlacedPrefix {
    Prefix prefix;
    std::string path;
};

[[nodiscard]] std::vector<PlacedInterface> interfaces_of(const Config& config);
// A network's subnets and prefixes; of "public" the subnets of the interfaces.
[[nodiscard]] std::vector<PlacedPrefix> prefixes_of(const Config& config, const std::string& network);
// Every address that is the node's own: its interfaces', and the ends of its tunnels.
[[nodiscard]] std::vector<PlacedPrefix> own_addresses(const Config& config);
[[nodiscard]] const PlacedPrefix* covering(const std::vector<PlacedPrefix>& prefixes, const IpAddress& address);

[[nodiscard]] std::string item(const std::string& path, std::size_t index);           // "nat.rules[0]"
[[nodiscard]] std::string line_of(const Findings& findings, const std::string& path); // "nat.rules[0] in line 9"

// Every pair of neighbours among `prefixes` that overlap, at the later one's place. Host bits are ignored.
void report_overlaps(std::vector<PlacedPrefix> prefixes, Findings& findings);

// An error unless `name` is among the keys of `known`; `what` is the word for such a thing ("pool").
template<class Map>
void require_name(const Map& known, const std::string& name, std::string_view what, const std::string& path,
                  Findings& findings);
void report_unknown(const std::vector<std::string>& known, const std::string& name, std::string_view what,
                    const std::string& path, Findings& findings);
void require_network(const Config& config, const std::string& name, const std::string& path, Findings& findings);

// Two paths that want the same thing. The later one in the text is what the operator has to change.
struct Clash {
    std::string later;
    std::string earlier;
};

// Things that must be unique: the first in the text to claim one has it, in whatever order the claims are made.
template<class Thing>
class Claims {
public:
    explicit Claims(const Findings& findings)
        : places_(findings.places)
    {
    }

    std::optional<Clash> claim(const Thing& thing, const std::string& path)
    {
        const auto [entry, fresh] = holders_.emplace(thing, path);
        if (fresh) return std::nullopt;
        Clash clash{path, entry->second};
        if (places_.mark(clash.later) < places_.mark(clash.earlier)) std::swap(clash.later, clash.earlier);
        entry->second = clash.earlier;
        return clash;
    }

private:
    const Places& places_;
    std::map<Thing, std::string> holders_;
};

template<class Map>
void require_name(const Map& known, const std::string& name, std::string_view what, const std::string& path,
                  Findings& findings)
{
    if (known.contains(name)) return;
    std::vector<std::string> names;
    for (const auto& entry : known)
        names.push_back(entry.first);
    report_unknown(names, name, what, path, findings);
}

} // namespace sluice::config
