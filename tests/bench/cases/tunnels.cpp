// Tunnels alone: in by one and out plain, or in plain and out by one, without a session. Tunnel i belongs to machine or
// phone i. For encapsulation the campus port stands inside the tenant's network: the contract between the processes can
// say so, the configuration file not yet.
#include <memory>

#include "tests/bench/cases.hpp"
#include "tests/bench/cases/side.hpp"
#include "tests/bench/world.hpp"

namespace sluice::bench {
namespace {

constexpr std::uint32_t most_vnis = 1'000; // a node has 4,095 networks at most

Segment segment(std::uint32_t from, std::uint32_t to)
{
    Segment segment;
    segment.source = v4(from);
    segment.destination = v4(to);
    segment.source_port = 40'000;
    segment.destination_port = 443;
    return segment;
}

// One packet per tunnel, from one side to the other.
Prepared timed(std::size_t count, const Side& in, const Side& out, const std::function<Segment(std::uint32_t)>& packet)
{
    Train train(in.port, in.layout);
    for (std::uint32_t i = 0; i < count; ++i)
        train.add(in.arriving(i, packet(i)));
    train.shuffle(count);
    const Oracle oracle = [out, packet](std::uint32_t i, test::ByteSpan got) -> std::optional<Expected> {
        const auto frame = out.leaving(i, forwarded(packet(i)), got);
        return frame ? std::optional(Expected{out.port, *frame}) : std::nullopt;
    };
    return {std::move(train), oracle, 0};
}

std::uint32_t server(std::uint32_t i)
{
    return internet_first + i;
}

Segment from_machine(std::uint32_t i)
{
    return segment(Machine::address(i), server(i));
}
Segment to_machine(std::uint32_t i)
{
    return segment(server(i), Machine::address(i));
}
Segment from_phone(std::uint32_t i)
{
    return segment(Phone::address(i), server(i));
}
Segment to_phone(std::uint32_t i)
{
    return segment(server(i), Phone::address(i));
}

std::uint32_t vpcs(std::size_t tunnels)
{
    return static_cast<std::uint32_t>(std::min<std::size_t>(tunnels, most_vnis));
}

std::uint32_t vni(std::uint32_t vpc)
{
    return 10'000 + vpc;
}

// Out of the tenant's network by a route of its own, so that nothing is translated.
config::StaticRoute out_by_internet(const std::string& network)
{
    return {network, {Ipv4Address{0}, 0}, Ipv4Address{ipv4(198, 51, 100, 1)}, "internet", 0};
}

// Machine i is of VPC i modulo their number.
void many_vpcs(config::Config& config, std::size_t count)
{
    set_machines(config, static_cast<std::uint32_t>(count));
    config.services.clear(); // their backends are machines of the shop
    const config::Network all = config.networks.at("shop");
    config.networks.erase("shop");
    std::erase_if(config.nat.rules, [](const config::NatRule& rule) { return rule.network == "shop"; });
    config.nat.eips.clear();
    for (std::uint32_t vpc = 0; vpc < vpcs(count); ++vpc) {
        config::Network network;
        network.vni = vni(vpc);
        network.mtu = all.mtu;
        for (std::size_t i = vpc; i < count; i += vpcs(count))
            network.neighbors.push_back(all.neighbors[i]);
        const std::string name = "vpc" + std::to_string(vpc);
        config.networks.emplace(name, network);
        config.routes.push_back(out_by_internet(name));
    }
}

void many_machines(config::Config& config, std::size_t count)
{
    set_machines(config, static_cast<std::uint32_t>(count));
    config.services.clear();
}

void many_phones(config::Config& config, std::size_t count)
{
    set_phones(config, static_cast<std::uint32_t>(count));
    config.routes.push_back(out_by_internet("phones"));
}

Adjust campus_inside(const std::string& network)
{
    return [network](control::ObjectSet& objects) {
        std::uint32_t id = 0;
        for (const auto& [key, object] : objects)
            if (object.has_network() && object.network().name() == network) id = object.network().id();
        for (auto& [key, object] : objects)
            if (object.has_interface() && object.interface().name() == "campus")
                object.mutable_interface()->set_network(id);
    };
}

std::uint32_t machine_of_flow(std::uint32_t flow, const Segment&)
{
    return flow;
}

Prepared vxlan_encap(Node&, std::size_t count)
{
    const auto shop = [](std::uint32_t) { return Machine::shop_vni; };
    return timed(count, plain(campus_port, campus_router(0)), behind_vxlan(machine_of_flow, shop), to_machine);
}

Prepared vxlan_decap(Node&, std::size_t count)
{
    const auto vni_of = [number = vpcs(count)](std::uint32_t machine) { return vni(machine % number); };
    return timed(count, behind_vxlan(machine_of_flow, vni_of), plain(internet_port, internet_router), from_machine);
}

Prepared gtpu_encap(Node&, std::size_t count)
{
    return timed(count, plain(campus_port, campus_router(0)), behind_gtpu(static_cast<std::uint32_t>(count)), to_phone);
}

Prepared gtpu_decap(Node&, std::size_t count)
{
    return timed(count, behind_gtpu(static_cast<std::uint32_t>(count)), plain(internet_port, internet_router),
                 from_phone);
}

} // namespace

std::vector<Case> tunnel_cases()
{
    const std::vector<std::size_t> counts{1, thousand, 10 * thousand, 100 * thousand, million};
    const std::vector<std::size_t> gtpu_counts{1, 10 * thousand, 100 * thousand, million};
    Case encap{"vxlan-encap", "tunnels", counts, {{1, 24}, {thousand, 35}}, many_machines, vxlan_encap};
    encap.adjust = campus_inside("shop");
    Case decap{"vxlan-decap", "tunnels", counts, {{1, 24}, {thousand, 40}}, many_vpcs, vxlan_decap};
    const std::vector<Budget> opened{{1, 34}, {10 * thousand, 50}, {100 * thousand, 65}, {million, 80}};
    const std::vector<Budget> wrapped{{1, 34}, {10 * thousand, 50}, {100 * thousand, 70}, {million, 85}};
    Case gtpu_in{"gtpu-decap", "tunnels", gtpu_counts, opened, many_phones, gtpu_decap};
    Case gtpu_out{"gtpu-encap", "tunnels", gtpu_counts, wrapped, many_phones, gtpu_encap};
    gtpu_out.adjust = campus_inside("phones");
    return {encap, decap, gtpu_in, gtpu_out};
}

} // namespace sluice::bench
