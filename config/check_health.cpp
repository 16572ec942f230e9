// Rules about the health checks of services.
#include <algorithm>

#include "config/check_support.hpp"
#include "config/rules.hpp"
#include "config/scalars.hpp"

namespace sluice::config {
namespace {

bool has_tcp_port(const Service& service)
{
    const auto is_tcp = [](const ServicePort& port) { return port.protocol == Protocol::tcp; };
    return std::any_of(service.ports.begin(), service.ports.end(), is_tcp);
}

} // namespace

void check_health(const Config& config, Findings& findings)
{
    for (const auto& [name, service] : config.services) {
        if (!service.health) continue;
        const Health& health = *service.health;
        const std::string path = "services." + name + ".health";
        const std::string interval = "the interval of " + duration_text(health.interval);
        if (!health.tcp)
            findings.error(path + ".tcp",
                           "is false, and there is no other kind of check; write true or leave health out");
        if (health.timeout > health.interval)
            findings.error(path + ".timeout", duration_text(health.timeout) + " is longer than " + interval +
                                                  "; a check ends before the next one begins");
        if (health.jitter * 2 > health.interval)
            findings.error(path + ".jitter",
                           duration_text(health.jitter) + " is more than half of " + interval + "; write less");
        const auto network = config.networks.find(service.network);
        if (network != config.networks.end() && !network->second.presence)
            findings.error(path, "checks begin inside network " + service.network +
                                     ", where the node is not; write networks." + service.network + ".presence: true");
        if (health.port == 0 && !has_tcp_port(service))
            findings.error(path + ".port", "is missing, and the service has no TCP port to connect to; write one that "
                                           "its backends listen on");
    }
}

} // namespace sluice::config
