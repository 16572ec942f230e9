// The examples are what people start from: each loads without a word, and says what its author meant.
#include <catch2/catch.hpp>

#include "config/loader.hpp"
#include "config/memory.hpp"

namespace sluice::config {
namespace {

constexpr std::uint64_t gib = 1ULL << 30;

// The working folder of the test is the repository's root.
Config example(const std::string& name)
{
    const auto loaded = load_file("config/examples/" + name + ".yaml");
    if (!loaded)
        for (const Error& error : loaded.error())
            UNSCOPED_INFO(error.text());
    REQUIRE(loaded);
    CHECK(loaded->warnings.empty());
    return loaded->config;
}

std::vector<std::pair<std::string, std::uint64_t>> bytes_of(const Config& config)
{
    std::vector<std::pair<std::string, std::uint64_t>> bytes;
    for (const MemoryNeed& need : memory_plan(config).needs)
        bytes.emplace_back(need.name, need.bytes);
    return bytes;
}

using Sums = std::vector<std::pair<std::string, std::uint64_t>>;

} // namespace

TEST_CASE("minimal.yaml starts on any machine")
{
    const Config config = example("minimal");
    CHECK(config.node.name == "gw1");
    CHECK(config.workers.idle == Workers::Idle::sleep);
    CHECK(config.ports.at("internet").device == "net_tap0,iface=dtap0");
    CHECK(config.routes.at(0).via == *IpAddress::parse("198.51.100.1"));
    CHECK(
        bytes_of(config) ==
        Sums{{"sessions", 13'631'488}, {"tunnels", 262'144}, {"routes", 3'031'040}, {"packet buffers", 7'680 * 2'432}});
    CHECK(memory_advice(config, 0) == "needs 34 MiB of ordinary memory, no hugepages to reserve");
}

TEST_CASE("cloud-gateway.yaml balances a service over virtual machines")
{
    const Config config = example("cloud-gateway");
    CHECK(config.networks.at("shop").vni == 5001);
    CHECK(config.networks.at("shop").neighbors.at(1).vtep == *IpAddress::parse("10.20.0.12"));
    CHECK(config.services.at("order").registry == "shop-services");
    CHECK(config.services.at("names").ports == std::vector<ServicePort>{{53, Protocol::udp}, {53, Protocol::tcp}});
    CHECK(config.services.at("names").backends.at(1).weight == 50);
    CHECK(config.services.at("names").forward == Service::Forward::direct);
    CHECK_FALSE(config.services.at("names").sessions);
    CHECK(config.services.at("order").forward == Service::Forward::dnat);
    CHECK(config.services.at("order").sessions);
    CHECK(config.nat.pools.at("tenants").block_size == 512);
    CHECK_FALSE(config.registries.at("shop-services").keep_when_lost);
    CHECK(bytes_of(config) == Sums{{"sessions", 416'000'000},
                                   {"tunnels", 2'560'000},
                                   {"routes", 18'500'000},
                                   {"packet buffers", 19'584 * 9'472}});
}

TEST_CASE("mobile-gateway.yaml takes phones out of their tunnels")
{
    const Config config = example("mobile-gateway");
    CHECK(config.vlans.at("n3").id == 310);
    CHECK(config.vlans.at("n3").terminates.gtpu);
    CHECK_FALSE(config.vlans.at("n3").terminates.vxlan);
    CHECK(config.networks.at("phones").sessions.at(1).teid == 0x1002);
    CHECK(config.networks.at("phones").sessions.at(1).peer_teid == 0x2002);
    CHECK(config.nat.timeouts.tcp_established == std::chrono::minutes(124));
    CHECK(config.neighbors.at(0).interface == "n3");
    CHECK(bytes_of(config) == Sums{{"sessions", 832'000'000},
                                   {"tunnels", 25'600'000},
                                   {"routes", 2'960'000},
                                   {"packet buffers", 19'584 * 2'432}});
}

TEST_CASE("told-gateway.yaml is told by BGP, ZooKeeper and health checks")
{
    const Config config = example("told-gateway");
    CHECK(config.routes.empty());
    CHECK(config.networks.at("shop").presence);
    CHECK(config.services.at("order").registry == "dubbo");
    CHECK(config.services.at("order").health->all_down == Health::AllDown::fail_closed);
    CHECK(config.registries.at("dubbo").zookeeper.size() == 3);
    CHECK(config.bgp.mode == Bgp::Mode::managed);
    CHECK(config.bgp.neighbors.at("edge").maximum_prefixes == 1'200'000);
    CHECK(config.bgp.services->to == std::vector<std::string>{"edge"});
    CHECK_FALSE(config.bgp.eips);
}

TEST_CASE("one-node.yaml is both gateways at once")
{
    const Config config = example("one-node");
    CHECK(config.workers.cores == std::vector<unsigned>{2, 3, 4, 5, 6, 7});
    CHECK(config.memory.routes == 1'500'000);
    CHECK(config.networks.size() == 2);
    CHECK(config.nat.rules.at(1).source == *Prefix::parse("0.0.0.0/0"));
    CHECK(config.nat.eips.at(0).private_address == *Ipv4Address::parse("10.1.0.20"));
    CHECK(config.routes.at(2).interface == "fabric");
    CHECK(bytes_of(config) == Sums{{"sessions", 832'000'000},
                                   {"tunnels", 256'000'000},
                                   {"routes", 277'500'000},
                                   {"packet buffers", 54'656 * 9'472}});
}

TEST_CASE("shared-nic.yaml leaves eth2 to the kernel")
{
    const Config config = example("shared-nic");
    CHECK(config.ports.at("campus").kernel_interface == "eth2");
    CHECK(config.ports.at("campus").device.empty());
    CHECK(config.ports.at("campus").is_shared());
    CHECK(config.node.netns.empty());
    CHECK(config.vlans.at("n3").port == "campus");
    CHECK(config.vxlan.vtep == config.ports.at("campus").addresses.at(0).address);
}

TEST_CASE("the advice says how many pages to reserve, and nothing when there are enough")
{
    const Config config = example("one-node");
    const std::string file = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages";
    CHECK(memory_advice(config, 0) == "needs 8 GiB, 0 bytes reserved: write 4096 to " + file);
    CHECK(memory_advice(config, 2 * gib) == "needs 8 GiB, 2 GiB reserved: write 4096 to " + file);
    CHECK(memory_advice(config, 8 * gib) == "needs 8 GiB, 8 GiB reserved");
}

TEST_CASE("the digest tells two files apart and is the same for the same bytes")
{
    const std::string text = "version: 1\nnode: {name: gw1}\nports: {up: {device: a}}\n";
    CHECK(load_text(text, "a.yaml")->config.digest == load_text(text, "b.yaml")->config.digest);
    CHECK(load_text(text, "a.yaml")->config.digest != load_text(text + "#\n", "a.yaml")->config.digest);
}

} // namespace sluice::config
