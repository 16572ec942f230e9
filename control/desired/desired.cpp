// The list of parts, and the plainest of them: settings, interfaces, networks.
#include "control/desired/desired.hpp"

#include "control/desired/builder.hpp"
#include "control/presence/wanted.hpp"

namespace sluice::control {

Desired desired(const Inputs& inputs)
{
    Builder builder{inputs, Interfaces(inputs.config), Identifiers(inputs.programmed), {}};
    add_settings(builder);
    add_interfaces(builder);
    add_networks(builder);
    add_connected_routes(builder);
    add_static_routes(builder);
    add_tunnel_routes(builder);
    add_unreachable_routes(builder); // after all others of these networks
    add_neighbors(builder);
    add_translation(builder);
    add_services(builder);
    find_next_hops(builder);
    return std::move(builder.out);
}

std::uint32_t Builder::network_id(const std::string& name)
{
    return name == "public" ? 0 : identifiers.networks.of(name);
}

api::Address to_api(const Prefix& prefix)
{
    api::Address out;
    out.set_address(prefix.masked().address.packed());
    out.set_length(prefix.length);
    return out;
}

std::string packed(const MacAddress& mac)
{
    return {mac.bytes.begin(), mac.bytes.end()};
}

Prefix host_prefix(const IpAddress& address)
{
    return {address, address.bits()};
}

void add_settings(Builder& builder)
{
    const config::Config& config = builder.in.config;
    api::Object object;
    api::Settings& settings = *object.mutable_settings();
    if (config.vxlan.vtep) settings.set_vtep(config.vxlan.vtep->packed());
    settings.set_vxlan_port(config.vxlan.port);
    settings.set_gateway_mac(packed(config.vxlan.gateway_mac));
    if (config.gtpu.endpoint) settings.set_gtpu_endpoint(config.gtpu.endpoint->packed());
    settings.set_gtpu_echo_interval_ms(static_cast<std::uint32_t>(config.gtpu.echo_interval.count()));
    const config::Timeouts& timeouts = config.nat.timeouts;
    settings.set_tcp_established_s(static_cast<std::uint32_t>(timeouts.tcp_established.count()));
    settings.set_tcp_transitory_s(static_cast<std::uint32_t>(timeouts.tcp_transitory.count()));
    settings.set_udp_s(static_cast<std::uint32_t>(timeouts.udp.count()));
    settings.set_icmp_s(static_cast<std::uint32_t>(timeouts.icmp.count()));
    settings.set_mss_clamp(config.mss_clamp);
    settings.set_router_id(IpAddress(config.node.router_id).packed());
    settings.set_config_digest(config.digest);
    settings.set_drain_time_ms(static_cast<std::uint32_t>(config.node.drain_time.count()));
    builder.add(object);
}

void add_interfaces(Builder& builder)
{
    std::uint32_t id = 0;
    for (const auto& [name, settings] : builder.interfaces.entries()) {
        api::Object object;
        api::Interface& interface = *object.mutable_interface();
        interface.set_id(id++);
        interface.set_name(name);
        for (const Prefix& address : settings->addresses) { // host bits kept: these are the node's own addresses
            api::Address& own = *interface.add_addresses();
            own.set_address(address.address.packed());
            own.set_length(address.length);
        }
        interface.set_terminates_vxlan(settings->terminates.vxlan);
        interface.set_terminates_gtpu(settings->terminates.gtpu);
        builder.add(object);
    }
}

void add_networks(Builder& builder)
{
    for (const auto& [name, settings] : builder.in.config.networks) {
        api::Object object;
        api::Network& network = *object.mutable_network();
        network.set_id(builder.network_id(name));
        network.set_name(name);
        network.set_vni(settings.vni.value_or(0));
        network.set_mtu(settings.mtu);
        network.set_presence(presence::is_present_in(builder.in.config, name));
        for (const auto& [zone, subnet] : settings.subnets) {
            api::Subnet& out = *network.add_subnets();
            *out.mutable_prefix() = to_api(subnet.prefix);
            out.set_gateway(subnet.gateway.packed());
        }
        builder.add(object);
    }
}

} // namespace sluice::control
