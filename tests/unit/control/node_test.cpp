// The node: configurations applied, compared and rolled back against a dataplane without packets.
#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/support/objects.hpp"
#include "tests/unit/control/node_world.hpp"

namespace sluice::control {
namespace {

using namespace sluice::test;
using Lines = std::vector<std::string>;

Lines changes(const Node::Outcome& outcome)
{
    REQUIRE(outcome);
    return {outcome->changes().begin(), outcome->changes().end()};
}

const std::string heavier = with(gateway_yaml, "weight: 50", "weight: 70");
const Lines heavier_changes{"~ service order 203.0.113.80:443, 10.1.0.31:8443 weight 100, 10.1.0.32:8443 weight 70",
                            "~ settings"};

const std::string checked_yaml = with(
    with(gateway_yaml, "    network: shop\n    backends:", "    network: shop\n    health: {tcp: true}\n    backends:"),
    "    vni: 5001\n", "    vni: 5001\n    presence: true\n");

std::string order_weights(const std::string& first, const std::string& second)
{
    return "service order 203.0.113.80:443, 10.1.0.31:8443 weight " + first + ", 10.1.0.32:8443 weight " + second;
}

std::string order_weights(unsigned first, unsigned second)
{
    return order_weights(std::to_string(first), std::to_string(second));
}

} // namespace

TEST_CASE("the first configuration is programmed when the dataplane comes")
{
    NodeWorld world;
    (void)world.node.step(world.now);
    CHECK_FALSE(world.node.status().dataplane_connected());
    CHECK(world.node.status().applied() == 1);
    world.start_dataplane();
    CHECK(lines(world.dataplane->programmed()) == lines(Wanting(gateway_yaml).desired().objects));
    CHECK(world.node.status().error().empty());
    CHECK(world.needs_restart().empty());
    CHECK(world.node.status().hello().node() == "gw1");
    REQUIRE_FALSE(world.asked.empty()); // what the kernel should do for it
    CHECK(world.asked.back().links.at("edge").addresses.size() == 2);
    CHECK(world.asked.back().links.at("fabric").mtu == 9000);
    CHECK(world.asked.back().next_hops.size() == 3);
}

TEST_CASE("a configuration is compared, applied and rolled back")
{
    NodeWorld world;
    world.start_dataplane();
    world.write(heavier);
    CHECK(changes(world.node.diff(world.file)) == heavier_changes);
    CHECK(world.dataplane->transactions().size() == 1); // diff changes nothing
    CHECK(world.node.status().applied() == 1);

    const auto applied = world.node.apply(world.file);
    CHECK(changes(applied) == heavier_changes);
    CHECK(applied->applied() == 2);
    CHECK(applied->upserted() == 2);
    CHECK(applied->removed() == 0);
    CHECK(world.node.status().hello().config_digest() == applied->digest());
    CHECK(has_line(world.dataplane->programmed(), heavier_changes[0].substr(2)));
    CHECK(changes(world.node.diff(world.file)).empty());

    CHECK(world.node.apply(world.file)->applied() == 2); // the same again is the same
    const auto back = world.node.roll_back(0);
    CHECK(changes(back)[0] == "~ service order 203.0.113.80:443, 10.1.0.31:8443 weight 100, 10.1.0.32:8443 weight 50");
    CHECK(back->applied() == 3);
    CHECK(lines(world.dataplane->programmed()) == lines(Wanting(gateway_yaml).desired().objects));
    CHECK(world.node.roll_back(2)->applied() == 4);
    CHECK(error(world.node.roll_back(9)).find("configuration 9: is not kept in") == 0);
}

TEST_CASE("there is nothing to roll back to before the second configuration")
{
    NodeWorld world;
    world.start_dataplane();
    CHECK(error(world.node.roll_back(0)) == "rollback: there is no configuration before this");
}

TEST_CASE("a file with errors is refused with all of them, and changes nothing")
{
    NodeWorld world;
    world.start_dataplane();
    const auto before = world.dataplane->transactions().size();
    const std::string wrong = with(with(gateway_yaml, "vni: 5001", "vni: 0"), "id: 310", "id: 5000");
    for (const auto& outcome : {world.apply(wrong), world.node.diff(world.file)}) {
        CHECK(error(outcome) == world.file + ":9:26: vlans.n3.id: '5000' is out of range; write 1..4094\n" +
                                    world.file + ":14:10: networks.shop.vni: '0' is out of range; write 1..16777215");
    }
    CHECK(error(world.node.apply(world.folder.file("gone.yaml"))).find("gone.yaml") != std::string::npos);
    CHECK(world.dataplane->transactions().size() == before);
    CHECK(world.node.status().applied() == 1);
}

TEST_CASE("what the dataplane refuses is as if it had never been")
{
    NodeWorld world;
    world.start_dataplane();
    const auto held = world.dataplane->programmed();
    world.dataplane->refuse("there is no room");
    CHECK(error(world.apply(heavier)) == "there is no room");
    world.dataplane->refuse("");
    CHECK(world.node.status().applied() == 1);
    CHECK_FALSE(std::filesystem::exists(world.folder.file("state/2.yaml")));
    (void)world.node.step(world.now + std::chrono::hours(1));
    CHECK(lines(world.dataplane->programmed()) == lines(held));
    CHECK(world.node.status().hello().config_digest() ==
          read_configuration(world.folder.file("state/1.yaml"))->settings.digest);
    CHECK(world.node.apply(world.file)->applied() == 2);
}

TEST_CASE("nothing is applied while the dataplane is away")
{
    NodeWorld world;
    (void)world.node.step(world.now);
    CHECK(error(world.apply(heavier)) == "dataplane: is not connected (" + world.socket +
                                             ": nobody answers; is sluice-dataplane running?); nothing was changed");
    CHECK(world.node.status().applied() == 1);
}

TEST_CASE("what needs a restart is named and held back")
{
    NodeWorld world;
    world.start_dataplane();
    const std::string wider = with(heavier, "mtu: 1500, addresses: [198", "mtu: 1400, queues: 4, addresses: [198");
    const auto applied = world.apply(wider);
    REQUIRE(applied);
    const Lines restart{"ports.edge.queues 1 → 4", "ports.edge.mtu 1500 → 1400"};
    CHECK(Lines(applied->needs_restart().begin(), applied->needs_restart().end()) == restart);
    CHECK(world.needs_restart() == restart);
    CHECK(world.asked.back().links.at("edge").mtu == 1500);
    CHECK(changes(applied) == heavier_changes); // the rest is in force

    world.dataplane.reset();
    (void)world.node.step(world.now);
    world.start_dataplane(wider); // it was started with the file as it is now
    CHECK(world.needs_restart().empty());
    CHECK(world.asked.back().links.at("edge").mtu == 1400);
}

TEST_CASE("a dataplane whose configuration nobody has is taken as it is, and said")
{
    NodeWorld world;
    world.start_dataplane(with(gateway_yaml, "sessions: 4k", "sessions: 5k"));
    CHECK(world.needs_restart() ==
          Lines{"unknown: the dataplane was started with a configuration that is not kept here"});
    CHECK(world.dataplane->programmed().size() == Wanting(gateway_yaml).desired().objects.size());
}

TEST_CASE("a neighbour that the dataplane wants is asked for by its interface's name")
{
    NodeWorld world;
    world.start_dataplane();
    world.dataplane->want_neighbor(2, packed("10.30.0.77"));
    for (int i = 0; i < 1'000 && world.probed.empty(); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        (void)world.node.step(world.now);
    }
    CHECK(world.probed == std::vector<NeighborPlace>{{"n3", *IpAddress::parse("10.30.0.77")}});
    world.dataplane->want_neighbor(99, packed("10.30.0.78")); // no interface of ours
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    (void)world.node.step(world.now);
    CHECK(world.probed.size() == 1);
}

TEST_CASE("a change of the kernel or of a registry is programmed without anybody asking")
{
    const test::TemporaryFolder registry;
    std::ofstream(registry.file("r.yaml")) << "version: 1\nservices:\n  o: [{address: 10.1.0.31, port: 8443}]\n";
    std::string yaml = gateway_yaml;
    const std::size_t list = yaml.find("\n      - {address: 10.1.0.32, port");
    yaml.replace(list, yaml.find("\nroutes:") - list,
                 " {registry: shop, service: o}\nregistries:\n  shop: {file: " + registry.file("r.yaml") + "}");
    NodeWorld world(yaml);
    world.start_dataplane(yaml);
    CHECK(world.node.descriptors().size() == 2);
    CHECK(has_line(world.dataplane->programmed(), "service order 203.0.113.80:443, 10.1.0.31:8443 weight 100"));

    std::ofstream(registry.file("r.yaml")) << "version: 1\nservices:\n  o: [{address: 10.1.0.32, port: 8443}]\n";
    world.node.handle_registries();
    (void)world.node.step(world.now + std::chrono::hours(1));
    CHECK(has_line(world.dataplane->programmed(), "service order 203.0.113.80:443, 10.1.0.32:8443 weight 100"));

    const auto learn = [&](const char* prefix, const char* source, std::uint32_t via) {
        KernelUpdate update;
        update.vias = {{via, {{{"fabric", IpAddress::parse("10.20.0.9"), 1}}, source}}};
        update.routes = {{RouteKey::of(*Prefix::parse(prefix)), via}};
        world.node.take_kernel(std::move(update));
    };
    Node::Clock::time_point later = world.now + std::chrono::hours(2);
    const auto step = [&] { // objects, then learned routes
        for (int i = 0; i < 2; ++i)
            (void)world.node.step(later += std::chrono::hours(1));
    };
    learn("192.0.2.0/24", "kernel", 0);
    step();
    CHECK(world.asked.back().next_hops.contains({"fabric", *IpAddress::parse("10.20.0.9")}));
    CHECK(has_line(world.dataplane->programmed(), "route 192.0.2.0/24 in network 0 via 10.20.0.9 on interface 1"));

    // A routing daemon's routes, and those of nobody in particular, when the daemon has been dead too long.
    learn("192.0.3.0/24", "bgp", 1);
    for (const bool use : {true, false, true}) {
        world.node.use_learned(use);
        step();
        const auto& programmed = world.dataplane->programmed();
        CHECK(has_line(programmed, "route 192.0.2.0/24 in network 0 via 10.20.0.9 on interface 1"));
        CHECK(has_line(programmed, "route 192.0.3.0/24 in network 0 via 10.20.0.9 on interface 1") == use);
    }

    const auto status = world.node.status();
    REQUIRE(status.feeds_size() == 2);
    CHECK(status.feeds(1).name() == "shop");
    CHECK(status.feeds(1).state() == "synchronised");
    CHECK(status.feeds(1).entries() == 1);
    CHECK(status.feeds(1).ack_last_us() > 0); // the change of the file
    CHECK(status.feeds(1).ack_p99_us() == status.feeds(1).ack_last_us());
    CHECK(world.node.acknowledgements().find("shop")->count == 1); // what was read at the start is no change
}

TEST_CASE("what checks find is programmed, and what they say in passing only shown")
{
    NodeWorld world(checked_yaml);
    world.start_dataplane(checked_yaml);
    REQUIRE(world.checked.size() == 1);
    REQUIRE(world.checked[0].size() == 2);
    const health::Target first = world.checked[0].begin()->first;
    const health::Target second = world.checked[0].rbegin()->first;
    CHECK(has_line(world.dataplane->programmed(), order_weights(100, 50))); // fail-open while nobody has been checked

    const auto say = [&](const health::Target& target, health::State state, const std::string& reason = {}) {
        world.node.set_health({{target, health::Verdict{state, reason, {}}}});
        world.now += std::chrono::seconds(1);
        (void)world.node.step(world.now);
    };
    say(first, health::State::up);
    CHECK(has_line(world.dataplane->programmed(), order_weights(100, 50))); // in use until its own check has ended
    say(second, health::State::down, "no route (first check)");
    CHECK(has_line(world.dataplane->programmed(), order_weights("100", "0 (down)")));
    say(second, health::State::up);
    CHECK(has_line(world.dataplane->programmed(), order_weights(100, 50)));
    const std::size_t sent = world.dataplane->transactions().size();
    say(second, health::State::up, "connection refused (1 of 3)");
    CHECK(world.dataplane->transactions().size() == sent);
    CHECK(world.node.backend_states("order").services(0).backends(1).reason() == "connection refused (1 of 3)");
    say(first, health::State::down, "connection refused (3 of 3)");
    say(second, health::State::down, "connection refused (3 of 3)");
    CHECK(has_line(world.dataplane->programmed(), order_weights("100 (down)", "50 (down)")));
    CHECK(world.node.status().services_all_down() == 1);
    CHECK(world.node.status().warnings(0) ==
          "service order: every backend is down; all-down: fail-open uses them all the same");
    CHECK(world.checked.size() == 1); // asked for once
    REQUIRE(world.apply(gateway_yaml));
    CHECK(world.checked.back().empty());
    CHECK(world.node.status().warnings().empty());
}

TEST_CASE("a drained backend stays drained until it is undrained, whichever process runs")
{
    NodeWorld world;
    world.start_dataplane();
    api::DrainBackend request;
    request.set_service("order");
    request.set_address(packed("10.1.0.31"));
    const auto drained = world.node.drain(request);
    REQUIRE(drained);
    REQUIRE(drained->services_size() == 1);
    CHECK(drained->services(0).backends(0).state() == "drained");
    CHECK(drained->services(0).backends(0).port() == 8443);
    CHECK(drained->services(0).usable() == 1);
    CHECK(has_line(world.dataplane->programmed(), order_weights(0, 50)));

    Node next(read_configuration(world.file).value(), Generations::open(world.folder.file("state")).value(),
              world.socket, {});
    (void)next.step(world.now);
    CHECK(has_line(world.dataplane->programmed(), order_weights(0, 50)));
    request.set_undrain(true);
    REQUIRE(next.drain(request));
    CHECK(has_line(world.dataplane->programmed(), order_weights(100, 50)));
}

TEST_CASE("what cannot be drained is refused in a sentence")
{
    NodeWorld world;
    const auto refusal = [&](const std::string& service, const std::string& address, std::uint32_t port) {
        api::DrainBackend request;
        request.set_service(service);
        request.set_address(address.empty() ? address : packed(address));
        request.set_port(port);
        const auto answer = world.node.drain(request);
        return answer ? std::string() : answer.error().text();
    };
    CHECK(refusal("ordr", "10.1.0.31", 0) == "there is no service 'ordr'");
    CHECK(refusal("order", "", 0) == "that is no backend's address and port");
    CHECK(refusal("order", "10.1.0.31", 70'000) == "that is no backend's address and port");
    CHECK(refusal("order", "10.1.0.31", 80) ==
          "service order has no backend 10.1.0.31:80; it has 10.1.0.31:8443, 10.1.0.32:8443");
    CHECK(refusal("order", "10.1.0.31", 8443).empty()); // also without a dataplane
}

} // namespace sluice::control
