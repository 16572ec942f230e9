// Rules about GTP-U, and about the room both kinds of tunnel need.
#include "config/check_support.hpp"
#include "config/rules.hpp"
#include "config/scalars.hpp"

namespace sluice::config {
namespace {

// What an encapsulation adds to an IP packet, by the family of the outer header.
struct Overhead {
    std::string_view name;
    unsigned ipv4;
    unsigned ipv6;
};

// Outer IP 20 or 40, UDP 8, VXLAN 8, inner Ethernet 14 (RFC 7348 section 5).
constexpr Overhead vxlan_overhead{"VXLAN", 50, 70};
// Outer IP 20 or 40, UDP 8, GTP-U 8 (TS 29.281 section 5.1); we send no extension header.
constexpr Overhead gtpu_overhead{"GTP-U", 36, 56};

void require_room(const Config& config, const std::string& network, unsigned mtu, const Overhead& overhead, bool ipv4,
                  bool Terminates::*tunnel, Findings& findings)
{
    const unsigned added = ipv4 ? overhead.ipv4 : overhead.ipv6;
    for (const PlacedInterface& placed : interfaces_of(config)) {
        const unsigned room = placed.interface->mtu;
        if (!(placed.interface->terminates.*tunnel) || mtu + added <= room) continue;
        findings.error("networks." + network + ".mtu",
                       std::to_string(mtu) + " + " + std::to_string(added) + " for " + std::string(overhead.name) +
                           " is more than " + placed.path + ".mtu, " + std::to_string(room) + "; raise that one to " +
                           std::to_string(mtu + added) + " or lower this one to " + std::to_string(room - added));
    }
}

void check_session(const std::string& path, const GtpuSession& session, const std::vector<PlacedPrefix>& prefixes,
                   Findings& findings)
{
    if (covering(prefixes, session.ue) == nullptr)
        findings.error(path + ".ue",
                       session.ue.text() + " is in no prefix of its network; write one that is, or add the prefix");
}

void check_peer(const IpAddress& ours, const IpAddress& theirs, const std::string& path, Findings& findings)
{
    if (theirs == ours)
        findings.error(path, theirs.text() + " is gtpu.endpoint, ours; write the radio side's address");
    else if (theirs.is_v4() != ours.is_v4())
        findings.error(path, theirs.text() + " is of another family than gtpu.endpoint, " + ours.text() +
                                 "; a tunnel has one family");
}

} // namespace

void check_gtpu_sessions(const Config& config, Findings& findings)
{
    Claims<std::uint32_t> teids(findings); // one space for the endpoint, whatever the network
    for (const auto& [name, network] : config.networks) {
        const std::string path = "networks." + name + ".sessions";
        const std::vector<PlacedPrefix> prefixes = prefixes_of(config, name);
        Claims<IpAddress> phones(findings);
        for (std::size_t i = 0; i < network.sessions.size(); ++i) {
            const GtpuSession& session = network.sessions[i];
            const std::string at = item(path, i);
            check_session(at, session, prefixes, findings);
            if (const auto clash = teids.claim(session.teid, at + ".teid"))
                findings.error(clash->later, std::to_string(session.teid) + " is also " +
                                                 line_of(findings, clash->earlier) + "; a TEID of ours is one session");
            if (const auto clash = phones.claim(session.ue, at + ".ue"))
                findings.error(clash->later, session.ue.text() + " is also " + line_of(findings, clash->earlier) +
                                                 "; a phone has one session");
        }
    }
}

void check_gtpu_peers(const Config& config, Findings& findings)
{
    if (!config.gtpu.endpoint) return;
    for (const auto& [name, network] : config.networks)
        for (std::size_t i = 0; i < network.sessions.size(); ++i)
            check_peer(*config.gtpu.endpoint, network.sessions[i].peer,
                       item("networks." + name + ".sessions", i) + ".peer", findings);
}

void check_echo_interval(const Config& config, Findings& findings)
{
    constexpr std::chrono::seconds shortest{60};
    const auto interval = config.gtpu.echo_interval;
    if (interval.count() == 0 || interval >= shortest) return;
    findings.warning("gtpu.echo-interval",
                     "'" + duration_text(interval) +
                         "' is shorter than the 60s of TS 29.281 section 7.2.1; peers may object");
}

void check_tunnel_mtus(const Config& config, Findings& findings)
{
    for (const auto& [name, network] : config.networks) {
        if (network.vni && config.vxlan.vtep)
            require_room(config, name, network.mtu, vxlan_overhead, config.vxlan.vtep->is_v4(), &Terminates::vxlan,
                         findings);
        if (!network.sessions.empty() && config.gtpu.endpoint)
            require_room(config, name, network.mtu, gtpu_overhead, config.gtpu.endpoint->is_v4(), &Terminates::gtpu,
                         findings);
    }
}

} // namespace sluice::config
