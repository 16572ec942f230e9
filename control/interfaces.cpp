// Order is the contract here: std::map iterates ports and VLANs by name in both processes.
#include "control/interfaces.hpp"

namespace sluice::control {

Interfaces::Interfaces(const config::Config& config)
{
    for (const auto& [name, port] : config.ports)
        entries_.push_back({name, &port});
    for (const auto& [name, vlan] : config.vlans)
        entries_.push_back({name, &vlan});
}

std::optional<std::uint32_t> Interfaces::id_of(const std::string& name) const
{
    for (std::uint32_t id = 0; id < entries_.size(); ++id)
        if (entries_[id].name == name) return id;
    return std::nullopt;
}

std::optional<std::uint32_t> Interfaces::on_link(const IpAddress& address) const
{
    std::optional<std::uint32_t> best;
    unsigned longest = 0;
    for (std::uint32_t id = 0; id < entries_.size(); ++id) {
        for (const Prefix& subnet : entries_[id].settings->addresses) {
            if (!subnet.contains(address) || (best && subnet.length <= longest)) continue;
            best = id;
            longest = subnet.length;
        }
    }
    return best;
}

} // namespace sluice::control
