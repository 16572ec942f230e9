// The order of building, and the small tables: settings, interfaces, networks, own addresses.
#include "dataplane/table/build/assemble.hpp"

#include <algorithm>
#include <cstring>

#include "dataplane/table/build/fields.hpp"
#include "dataplane/wire/endian.hpp"

namespace sluice::table {
namespace {

void set_if_given(std::uint32_t& setting, std::uint32_t given)
{
    if (given != 0) setting = given;
}

// The first address of each family answers for the interface or network.
void add_address(Ipv4Address& v4, Ipv6Address& v6, const IpAddress& address)
{
    if (address.is_v4() && v4 == Ipv4Address{}) v4 = address.v4();
    if (!address.is_v4() && v6 == Ipv6Address{}) v6 = address.v6();
}

// The IPv4 keys of a map, in the short form that packets are asked for.
template<class Value, class Keep>
ExactMap<std::uint64_t, bool> v4_of(const ExactMap<AddressKey, Value>& addresses, Keep&& keep)
{
    ExactMap<std::uint64_t, bool>::Builder v4;
    addresses.for_each([&](const AddressKey& key, const Value& value) {
        std::uint32_t address = 0;
        std::memcpy(&address, key.address.data(), sizeof address);
        if (key.family == 4) v4.add(local4_key(key.scope, address), keep(value));
    });
    return v4.build();
}

// False: they are full.
bool add(Prefixes4& prefixes, const Prefix& prefix)
{
    const std::uint32_t mask = prefix.length == 0 ? 0 : ~std::uint32_t{0} << (Ipv4Address::bits - prefix.length);
    return prefixes.add(wire::Be32{prefix.address.v4().value}.raw(), wire::Be32{mask}.raw());
}

// visit(pool, one of its prefixes); pools are numbered in their order.
template<class Visit>
void for_each_pool(const Assembly& from, Visit&& visit)
{
    std::uint32_t index = 0;
    for (const auto& [key, object] : from.objects.of(Kind::kPool)) {
        for (const api::Address& addresses : object.pool().addresses())
            visit(index, prefix_of(addresses));
        ++index;
    }
}

using Locals = ExactMap<AddressKey, LocalAddress>::Builder;

void add_pools(Locals& locals, const Assembly& from)
{
    for_each_pool(from, [&locals](std::uint32_t pool, const Prefix& prefix) {
        const std::uint32_t first = prefix.address.v4().value;
        const std::uint64_t count = std::uint64_t{1} << (Ipv4Address::bits - prefix.length);
        for (std::uint64_t i = 0; i < count; ++i) {
            const Ipv4Address address{static_cast<std::uint32_t>(first + i)};
            locals.add(key_of(public_network, address), {Owner::pool, pool});
        }
    });
}

// One address may have services of both kinds.
void add_services(Locals& locals, const SharedArray<Service>& services)
{
    for (const bool stateless : {false, true})
        for (const Service& service : services)
            if (service.stateless == stateless)
                locals.add(key_of(public_network, service.address), {Owner::service, 0, stateless});
}

void add_tunnel_ends(Locals& locals, const Settings& settings)
{
    if (settings.has_vtep) locals.add(key_of(public_network, settings.vtep), {Owner::tunnel_endpoint, 0});
    if (settings.has_gtpu_endpoint)
        locals.add(key_of(public_network, settings.gtpu_endpoint), {Owner::tunnel_endpoint, 0});
}

void add_gateways(Locals& locals, const Assembly& from)
{
    for (const auto& [key, object] : from.objects.of(Kind::kNetwork))
        for (const api::Subnet& subnet : object.network().subnets())
            if (!subnet.gateway().empty())
                locals.add(key_of(narrow(object.network().id()), ip_of(subnet.gateway())), {Owner::gateway, 0});
}

void add_interfaces(Locals& locals, const Assembly& from)
{
    for (const auto& [key, object] : from.objects.of(Kind::kInterface)) {
        const api::Interface& interface = object.interface();
        for (const api::Address& address : interface.addresses())
            locals.add(key_of(narrow(interface.network()), ip_of(address.address())),
                       {Owner::interface, interface.id()});
    }
}

// The pools, as many as there is room for; none in which a service without sessions has its address.
Prefixes4 session_addresses(const Assembly& from)
{
    Prefixes4 known;
    for_each_pool(from, [&](std::uint32_t, const Prefix& pool) {
        const auto has = [&pool](const Service& service) {
            return service.stateless && pool.contains(service.address);
        };
        if (std::ranges::none_of(from.out.services, has)) static_cast<void>(add(known, pool));
    });
    return known;
}

AddressHints hints_of(const Snapshot& tables)
{
    AddressHints hints;
    const Network& network = tables.networks[public_network];
    network.sources.for_each([&](std::uint32_t address, std::uint32_t mask) { hints.know_source(address, mask); });
    if (network.translates_any) hints.know_source(0, 0);
    const auto know = [&hints](const AddressKey& key, std::uint8_t hint) {
        if (key.family != 4) return hints.know(key.scope, key.address, hint);
        std::uint32_t address = 0;
        std::memcpy(&address, key.address.data(), sizeof address);
        hints.know(key.scope, address, hint);
    };
    tables.locals.for_each([&](const AddressKey& key, const LocalAddress& local) {
        know(key, local.stateless ? AddressHints::ring : std::uint8_t{0});
    });
    tables.translated.for_each([&](const AddressKey& key, bool) { know(key, 0); });
    return hints;
}

} // namespace

Result<void> assemble(Assembly& assembly, const Changes& changes)
{
    if (changes.any({Kind::kSettings})) assemble_settings(assembly);
    if (changes.any({Kind::kInterface})) assemble_interfaces(assembly);
    if (changes.any({Kind::kNetwork})) assemble_networks(assembly);
    if (assembly.learned_changed ||
        changes.any({Kind::kSettings, Kind::kNetwork, Kind::kRoute, Kind::kNeighbor, Kind::kGtpuTunnel})) {
        if (auto good = assembly.forwarding.apply(changes, assembly.out); !good) return good;
        ++assembly.out.routes_epoch;
    }
    if (changes.any({Kind::kService})) assemble_services(assembly);
    if (changes.any({Kind::kPool, Kind::kNatRule, Kind::kEip, Kind::kNetwork})) assemble_translation(assembly);
    if (changes.any({Kind::kSettings, Kind::kInterface, Kind::kNetwork, Kind::kPool, Kind::kEip, Kind::kService}))
        assemble_locals(assembly);
    if (changes.any({Kind::kNetwork, Kind::kPool, Kind::kNatRule, Kind::kEip, Kind::kService}))
        assemble_translating(assembly);
    if (changes.any({Kind::kSettings, Kind::kInterface, Kind::kNetwork, Kind::kPool, Kind::kNatRule, Kind::kEip,
                     Kind::kService}))
        assembly.out.hints = hints_of(assembly.out);
    return {};
}

void assemble_settings(Assembly& assembly)
{
    Settings settings;
    for (const auto& [key, object] : assembly.objects.of(Kind::kSettings)) {
        const api::Settings& from = object.settings();
        settings.has_vtep = !from.vtep().empty();
        settings.has_gtpu_endpoint = !from.gtpu_endpoint().empty();
        if (settings.has_vtep) settings.vtep = ip_of(from.vtep());
        if (settings.has_gtpu_endpoint) settings.gtpu_endpoint = ip_of(from.gtpu_endpoint());
        if (from.vxlan_port() != 0) settings.vxlan_port = narrow(from.vxlan_port());
        settings.gateway_mac = mac_of(from.gateway_mac());
        if (!from.router_id().empty()) settings.router_id = ip_of(from.router_id()).v4();
        settings.mss_clamp = from.mss_clamp();
        settings.gtpu_echo_interval_ms = from.gtpu_echo_interval_ms(); // 0: none are sent
        set_if_given(settings.tcp_established_s, from.tcp_established_s());
        set_if_given(settings.tcp_transitory_s, from.tcp_transitory_s());
        set_if_given(settings.udp_s, from.udp_s());
        set_if_given(settings.icmp_s, from.icmp_s());
        settings.config_digest = from.config_digest();
    }
    assembly.out.settings = settings;
}

void assemble_interfaces(Assembly& assembly)
{
    std::vector<Interface> interfaces = assembly.fixed;
    for (const auto& [key, object] : assembly.objects.of(Kind::kInterface)) {
        const api::Interface& from = object.interface();
        Interface& interface = interfaces[from.id()];
        interface.network = narrow(from.network());
        interface.terminates_vxlan = from.terminates_vxlan();
        interface.terminates_gtpu = from.terminates_gtpu();
        for (const api::Address& address : from.addresses())
            add_address(interface.address4, interface.address6, ip_of(address.address()));
    }
    assembly.out.interfaces = std::move(interfaces);
}

void assemble_networks(Assembly& assembly)
{
    std::vector<Network> networks{assembly.out.networks[public_network]}; // it is built in
    ExactMap<std::uint32_t, std::uint16_t>::Builder vnis;
    for (const auto& [key, object] : assembly.objects.of(Kind::kNetwork)) {
        const api::Network& from = object.network();
        if (networks.size() <= from.id()) networks.resize(std::size_t{from.id()} + 1);
        Network& network = networks[from.id()];
        network.name = from.name();
        network.vni = from.vni();
        network.mtu = narrow(from.mtu());
        network.used = true;
        network.presence = from.presence();
        for (const api::Subnet& subnet : from.subnets())
            if (!subnet.gateway().empty()) add_address(network.address4, network.address6, ip_of(subnet.gateway()));
        if (network.vni != 0) vnis.add(network.vni, narrow(from.id()));
    }
    assembly.out.networks = std::move(networks);
    assembly.out.vnis = vnis.build();
}

// Where an address has two owners the later line wins: a kernel's address may be a tunnel's end as well.
void assemble_locals(Assembly& assembly)
{
    Locals locals;
    add_pools(locals, assembly);
    for (const auto& [key, object] : assembly.objects.of(Kind::kEip))
        locals.add(key_of(public_network, ip_of(object.eip().public_address())), {Owner::eip, 0});
    add_services(locals, assembly.out.services);
    add_tunnel_ends(locals, assembly.out.settings);
    add_gateways(locals, assembly);
    add_interfaces(locals, assembly);
    assembly.out.locals = locals.build();
    assembly.out.locals4 = v4_of(assembly.out.locals, [](const LocalAddress& local) { return local.stateless; });
    assembly.out.session_addresses = session_addresses(assembly);
}

void assemble_translating(Assembly& assembly)
{
    std::vector<Network> networks = assembly.out.networks.copy();
    for (Network& network : networks) {
        network.translates_any = network.translates_some = false;
        network.sources = {};
    }
    const auto add_source = [&](std::uint16_t number, const Prefix& source) {
        Network& network = networks[number];
        if (!add(network.sources, source)) network.translates_any = true;
    };
    for (const std::vector<NatRule>& rules : assembly.out.nat_rules)
        for (const NatRule& rule : rules)
            add_source(rule.network, rule.source);
    for (const FormerRule& rule : assembly.out.former_rules)
        add_source(rule.network, rule.source);
    ExactMap<AddressKey, bool>::Builder translated;
    const auto add = [&](std::uint16_t network, const IpAddress& address) {
        networks[network].translates_some = true;
        translated.add(key_of(network, address), true);
    };
    for (const Service& service : assembly.out.services) {
        if (service.direct) add(service.network, service.address);
        for (const Backend& backend : service.backends)
            add(service.network, backend.address);
    }
    for (const auto& [key, object] : assembly.objects.of(Kind::kEip))
        add(narrow(object.eip().network()), ip_of(object.eip().private_address()));
    assembly.out.networks = std::move(networks);
    assembly.out.translated = translated.build();
    assembly.out.translated4 = v4_of(assembly.out.translated, [](bool is_there) { return is_there; });
}

} // namespace sluice::table
