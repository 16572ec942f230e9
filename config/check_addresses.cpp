// Rules about the addresses of interfaces and networks.
#include "config/check_support.hpp"
#include "config/rules.hpp"

namespace sluice::config {
namespace {

bool is_link_local(const Prefix& prefix)
{
    static const Prefix link_local = *Prefix::parse("fe80::/10"); // RFC 4291 section 2.5.6
    return link_local.contains(prefix.address);
}

// The first address of an IPv4 subnet names the subnet and the last one everybody in it (RFC 919 section 7);
// with 31 bits both are hosts (RFC 3021). In IPv6 the first one is the subnet's routers (RFC 4291 section 2.6.1).
bool names_no_host(const Prefix& subnet, const IpAddress& host)
{
    if (subnet.length + 1 >= subnet.address.bits()) return false;
    if (subnet.masked().address == host) return true;
    if (!host.is_v4()) return false;
    const std::uint32_t host_bits = 0xFFFF'FFFFU >> subnet.length;
    return (host.v4().value & host_bits) == host_bits;
}

void check_subnet(const std::string& path, const Subnet& subnet, Findings& findings)
{
    const std::string gateway = subnet.gateway.text();
    const std::string prefix = subnet.prefix.text();
    if (!subnet.prefix.contains(subnet.gateway))
        findings.error(path + ".gateway", gateway + " is outside " + prefix + "; write an address of the subnet");
    else if (names_no_host(subnet.prefix, subnet.gateway))
        findings.error(path + ".gateway", gateway + " is no host's address in " + prefix + "; write another one");
}

} // namespace

void check_interface_addresses(const Config& config, Findings& findings)
{
    Claims<IpAddress> owners(findings);
    std::vector<PlacedPrefix> subnets;
    for (const PlacedPrefix& placed : prefixes_of(config, std::string(public_network))) {
        const IpAddress address = placed.prefix.address;
        if (names_no_host(placed.prefix, address))
            findings.error(placed.path, address.text() + " is no host's address in " + placed.prefix.masked().text() +
                                            "; write another one");
        if (const auto clash = owners.claim(address, placed.path))
            findings.error(clash->later, address.text() + " is also " + line_of(findings, clash->earlier) +
                                             "; an address belongs to one interface");
        else if (!is_link_local(placed.prefix)) // link-local subnets are the same on every link
            subnets.push_back(placed);
    }
    report_overlaps(std::move(subnets), findings);
}

void check_network_addresses(const Config& config, Findings& findings)
{
    for (const auto& [name, network] : config.networks) {
        const std::string path = "networks." + name;
        if (name == public_network) findings.error(path, "'public' is built in; give the network another name");
        for (const auto& [subnet_name, subnet] : network.subnets)
            check_subnet(path + ".subnets." + subnet_name, subnet, findings);
        report_overlaps(prefixes_of(config, name), findings);
    }
}

} // namespace sluice::config
