// Rules about BGP. `external` uses of the section only what is announced and how long routes are kept.
#include <algorithm>
#include <array>

#include "config/check_support.hpp"
#include "config/rules.hpp"
#include "config/secret.hpp"

namespace sluice::config {
namespace {

bool is_managed(const Config& config)
{
    return config.bgp.mode == Bgp::Mode::managed;
}

// Numbers that no autonomous system has; 0 is out of the key's range.
void check_as(std::uint32_t as, const std::string& path, Findings& findings)
{
    constexpr std::uint32_t transition = 23'456; // RFC 6793 section 9
    if (as == transition)
        findings.error(path, "23456 is AS_TRANS, which stands for others in old messages (RFC 6793); write the real "
                             "number");
    if (as == 65'535 || as == 4'294'967'295)
        findings.error(path, std::to_string(as) + " is reserved (RFC 7300); write a number that an AS may have");
}

void check_link(const Config& config, const BgpNeighbor& neighbor, const std::string& path, Findings& findings)
{
    const bool is_internal = neighbor.as == config.bgp.as; // such sessions often run between loopback addresses
    if (neighbor.multihop > 1 || is_internal) return;
    if (covering(prefixes_of(config, std::string(public_network)), neighbor.address) == nullptr)
        findings.error(path + ".address", neighbor.address.text() +
                                              " is in no interface's subnet; write 'multihop' with the number of "
                                              "links to it, or an address that is on one");
}

void warn_of_unread_families(const BgpNeighbor& neighbor, const std::string& path, Findings& findings)
{
    const auto& families = neighbor.families;
    if (std::find(families.begin(), families.end(), BgpFamily::l2vpn_evpn) != families.end())
        findings.warning(path + ".families", "l2vpn-evpn is agreed on with the neighbour, and nothing here reads its "
                                             "routes yet");
}

// Tried with FRR 8.4 (control/bgp/README.md).
void warn_of_black_hole(const Config& config, const BgpNeighbor& neighbor, const std::string& path, Findings& findings)
{
    if (is_managed(config) && config.bgp.graceful_restart && !neighbor.bfd)
        findings.warning(path, "with graceful-restart and without bfd this neighbour sends to us for two minutes after "
                               "our dataplane has died");
}

void check_announcement(const Config& config, const std::optional<Announcement>& announcement, const std::string& path,
                        Findings& findings)
{
    if (!announcement || !is_managed(config)) return; // with `external` the operator's daemon has the neighbours
    if (announcement->to.empty()) findings.error(path, "names no neighbour; write 'to' with one at least");
    Claims<std::string> names(findings);
    for (std::size_t i = 0; i < announcement->to.size(); ++i) {
        const std::string at = item(path + ".to", i);
        require_name(config.bgp.neighbors, announcement->to[i], "neighbour", at, findings);
        if (const auto clash = names.claim(announcement->to[i], at))
            findings.error(clash->later, "'" + announcement->to[i] + "' is also " + line_of(findings, clash->earlier) +
                                             "; name a neighbour once");
    }
}

} // namespace

void check_bgp_identity(const Config& config, Findings& findings)
{
    if (config.bgp.line == 0) return;
    if (config.bgp.as != 0) check_as(config.bgp.as, "bgp.as", findings);
    if (!is_managed(config)) {
        if (!config.bgp.neighbors.empty())
            findings.warning("bgp.neighbors", "with mode 'external' your own daemon has the neighbours; these are not "
                                              "used");
        return;
    }
    if (config.bgp.as == 0) findings.error("bgp.as", "is missing; mode 'managed' needs it");
    if (config.node.router_id == Ipv4Address{})
        findings.error("node.router-id", "is missing; mode 'managed' of bgp needs it");
    // FRR refuses it in the name of a path space (-N).
    if (config.node.name.find('.') != std::string::npos)
        findings.error("node.name", "'" + config.node.name +
                                        "' has a dot; with mode 'managed' of bgp it names FRR's "
                                        "path space, which may not have one");
}

void check_bgp_neighbors(const Config& config, Findings& findings)
{
    Claims<IpAddress> addresses(findings);
    const auto own = own_addresses(config);
    for (const auto& [name, neighbor] : config.bgp.neighbors) {
        const std::string path = "bgp.neighbors." + name;
        check_as(neighbor.as, path + ".as", findings);
        if (const auto clash = addresses.claim(neighbor.address, path + ".address"))
            findings.error(clash->later, neighbor.address.text() + " is also " + line_of(findings, clash->earlier) +
                                             "; an address is one neighbour");
        const auto is_it = [&address = neighbor.address](const PlacedPrefix& placed) {
            return placed.prefix.address == address;
        };
        if (const auto found = std::find_if(own.begin(), own.end(), is_it); found != own.end())
            findings.error(path + ".address", neighbor.address.text() + " is also " + line_of(findings, found->path) +
                                                  ", our own; write the neighbour's");
        else
            check_link(config, neighbor, path, findings);
        warn_of_unread_families(neighbor, path, findings);
        warn_of_black_hole(config, neighbor, path, findings);
    }
}

void check_bgp_passwords(const Config& config, Findings& findings)
{
    for (const auto& [name, neighbor] : config.bgp.neighbors) {
        if (neighbor.password_file.empty()) continue;
        if (const auto password = read_secret(neighbor.password_file); !password)
            findings.error("bgp.neighbors." + name + ".password-file", password.error().text());
    }
}

void check_bgp_announcements(const Config& config, Findings& findings)
{
    check_announcement(config, config.bgp.services, "bgp.announce.services", findings);
    check_announcement(config, config.bgp.eips, "bgp.announce.eips", findings);
    check_announcement(config, config.bgp.nat_pools, "bgp.announce.nat-pools", findings);
}

} // namespace sluice::config
