#include <algorithm>
#include <array>

#include "config/reader.hpp"
#include "config/sections.hpp"

namespace sluice::config {
namespace {

std::string absolute(const std::filesystem::path& folder, const std::string& file)
{
    return file.empty() ? file : std::filesystem::absolute(folder / file).lexically_normal().string();
}

std::optional<BgpFamily> family_of(std::string_view word)
{
    if (word == "ipv4-unicast") return BgpFamily::ipv4_unicast;
    if (word == "ipv6-unicast") return BgpFamily::ipv6_unicast;
    if (word == "l2vpn-evpn") return BgpFamily::l2vpn_evpn;
    return std::nullopt;
}

void read_families(const Tree& map, std::vector<BgpFamily>& families)
{
    std::vector<std::string> words;
    read(map, "families", words);
    for (const std::string& word : words) {
        const auto family = family_of(word);
        const bool fresh = family && std::find(families.begin(), families.end(), *family) == families.end();
        if (fresh) families.push_back(*family);
    }
}

BgpNeighbor read_neighbor(const TreeEntry& entry, const std::filesystem::path& folder)
{
    BgpNeighbor neighbor;
    neighbor.line = entry.mark.line;
    read(entry.value, "address", neighbor.address);
    read(entry.value, "as", neighbor.as);
    read(entry.value, "password-file", neighbor.password_file);
    neighbor.password_file = absolute(folder, neighbor.password_file);
    read(entry.value, "multihop", neighbor.multihop);
    read(entry.value, "gtsm", neighbor.gtsm);
    read(entry.value, "maximum-prefixes", neighbor.maximum_prefixes);
    read_families(entry.value, neighbor.families);
    if (const Tree* bfd = entry.value.find("bfd")) {
        read(*bfd, "interval", neighbor.bfd.emplace().interval);
        read(*bfd, "multiplier", neighbor.bfd->multiplier);
    }
    return neighbor;
}

void read_announcement(const Tree& announce, std::string_view kind, std::optional<Announcement>& into)
{
    const Tree* map = announce.find(kind);
    if (map == nullptr) return;
    read(*map, "to", into.emplace().to);
    read(*map, "communities", into->communities);
    read(*map, "med", into->med);
    into->line = map->mark.line;
}

} // namespace

void read_bgp(const Tree& root, const std::filesystem::path& folder, Config& config)
{
    const Tree* section_found = root.find("bgp");
    if (section_found == nullptr) return;
    const Tree& map = *section_found;
    Bgp& bgp = config.bgp;
    bgp.line = map.mark.line;
    std::string mode;
    read(map, "mode", mode);
    if (mode == "managed") bgp.mode = Bgp::Mode::managed;
    read(map, "as", bgp.as);
    read(map, "graceful-restart", bgp.graceful_restart);
    std::string keep;
    read(map, "keep-when-lost", keep);
    if (keep == "forever")
        bgp.keep_when_lost.reset();
    else
        read(map, "keep-when-lost", bgp.keep_when_lost);
    read(map, "pid-files", bgp.pid_files);
    for (std::string& file : bgp.pid_files)
        file = absolute(folder, file);
    for (const TreeEntry& entry : entries(map, "neighbors"))
        bgp.neighbors[entry.key] = read_neighbor(entry, folder);
    const Tree& announce = section(map, "announce");
    read_announcement(announce, "services", bgp.services);
    read_announcement(announce, "eips", bgp.eips);
    read_announcement(announce, "nat-pools", bgp.nat_pools);
}

} // namespace sluice::config
