// Every key of the configuration: changed live, or kept back and named.
#include <catch2/catch.hpp>

#include <functional>
#include <map>
#include <set>

#include "config/keys.hpp"
#include "control/restart.hpp"
#include "tests/unit/control/world.hpp"

namespace sluice::control {
namespace {

using namespace sluice::test;
using Change = std::function<void(config::Config&)>;

struct Row {
    const char* key;
    Change change;
    const char* line = ""; // of needs_restart; none: the key is live
};

const std::vector<Row>& machine_rows()
{
    static const std::vector<Row> rows{
        {"node.name", [](auto& c) { c.node.name = "gw2"; }, "node.name gw1 → gw2"},
        {"node.router-id", [](auto& c) { c.node.router_id.value = 7; }},
        {"node.netns", [](auto& c) { c.node.netns.clear(); }, "node.netns gw1 → none"},
        {"node.drain-time", [](auto& c) { c.node.drain_time *= 2; }},
        {"node.metrics",
         [](auto& c) {
             c.node.metrics = config::ListenAddress{*IpAddress::parse("::1"), 9469};
         }},
        {"memory.hugepages", [](auto& c) { c.memory.hugepage_bytes = 1U << 30; }, "memory.hugepages 0 → 1073741824"},
        {"memory.sessions", [](auto& c) { c.memory.sessions = 8'000; }, "memory.sessions 4000 → 8000"},
        {"memory.tunnels", [](auto& c) { c.memory.tunnels = 16; }, "memory.tunnels 1000 → 16"},
        {"memory.routes", [](auto& c) { c.memory.routes = 16; }, "memory.routes 1000 → 16"},
        {"workers.cores",
         [](auto& c) {
             c.workers.cores = {1, 3};
         },
         "workers.cores 1 → 1,3"},
        {"workers.main-core", [](auto& c) { c.workers.main_core = 2; }, "workers.main-core 0 → 2"},
        {"workers.idle", [](auto& c) { c.workers.idle = config::Workers::Idle::poll; }, "workers.idle sleep → poll"},
        {"workers.new-sessions", [](auto& c) { c.workers.new_sessions = 50'000; }, "workers.new-sessions 0 → 50000"},
        {"ports.NAME.device", [](auto& c) { c.ports.at("edge").device = "net_null7"; },
         "ports.edge.device net_null0 → net_null7"},
        {"ports.NAME.device.af-xdp", [](auto& c) { c.ports.at("edge").kernel_interface = "eth2"; },
         "ports.edge.device.af-xdp none → eth2"},
        {"ports.NAME.queues", [](auto& c) { c.ports.at("edge").queues = 8; }, "ports.edge.queues 1 → 8"},
        {"ports.NAME.rx-descriptors", [](auto& c) { c.ports.at("edge").rx_descriptors = 4096; },
         "ports.edge.rx-descriptors 2048 → 4096"},
        {"ports.NAME.tx-descriptors", [](auto& c) { c.ports.at("edge").tx_descriptors = 512; },
         "ports.edge.tx-descriptors 1024 → 512"},
        {"ports.NAME.mac",
         [](auto& c) {
             c.ports.at("edge").mac = MacAddress{{2, 0, 0, 0, 0, 1}};
         },
         "ports.edge.mac none → 02:00:00:00:00:01"},
        {"ports.NAME.mtu", [](auto& c) { c.ports.at("edge").mtu = 1'600; }, "ports.edge.mtu 1500 → 1600"},
        {"ports.NAME.addresses[]", [](auto& c) { c.ports.at("edge").addresses.clear(); }},
        {"ports.NAME.terminates[]", [](auto& c) { c.ports.at("edge").terminates.gtpu = true; }},
        {"vlans.NAME.port", [](auto& c) { c.vlans.at("n3").port = "edge"; }, "vlans.n3.port fabric → edge"},
        {"vlans.NAME.id", [](auto& c) { c.vlans.at("n3").id = 311; }, "vlans.n3.id 310 → 311"},
        {"vlans.NAME.mtu", [](auto& c) { c.vlans.at("n3").mtu = 1'400; }, "vlans.n3.mtu 1500 → 1400"},
        {"vlans.NAME.addresses[]", [](auto& c) { c.vlans.at("n3").addresses.clear(); }},
        {"vlans.NAME.terminates[]", [](auto& c) { c.vlans.at("n3").terminates.vxlan = true; }},
    };
    return rows;
}

// Live, all of them; most sections are compared by nobody, so that one change in each says enough.
const std::vector<Row>& other_rows()
{
    static const std::vector<Row> rows{
        {"vxlan", [](auto& c) { c.vxlan.port = 4790; }},
        {"gtpu", [](auto& c) { c.gtpu.endpoint.reset(); }},
        {"tcp", [](auto& c) { c.mss_clamp = false; }},
        {"networks", [](auto& c) { c.networks.at("shop").vni = 7; }},
        {"nat", [](auto& c) { c.nat.rules.clear(); }},
        {"services", [](auto& c) { c.services.clear(); }},
        {"registries", [](auto& c) { c.registries["new"].file = "/etc/registry.yaml"; }},
        {"bgp", [](auto& c) { c.bgp.as = 65'010; }},
        {"routes", [](auto& c) { c.routes.clear(); }},
        {"neighbors", [](auto& c) { c.neighbors.clear(); }},
    };
    return rows;
}

HeldBack changed(const Change& change)
{
    const config::Config started = load(gateway_yaml);
    config::Config wanted = started;
    change(wanted);
    return hold_back(started, wanted);
}

} // namespace

TEST_CASE("each key that needs a restart is kept back and named, and no other")
{
    for (const std::vector<Row>* rows : {&machine_rows(), &other_rows()})
        for (const Row& row : *rows) {
            INFO(row.key);
            const HeldBack held = changed(row.change);
            const std::string line = row.line;
            CHECK(held.needs_restart == (line.empty() ? std::vector<std::string>{} : std::vector{line}));
            // What is kept back is as it was started: nothing is left to hold back.
            CHECK(hold_back(load(gateway_yaml), held.effective).needs_restart.empty());
        }
}

TEST_CASE("a live change is in what may run now")
{
    const HeldBack held = changed([](config::Config& c) {
        c.ports.at("edge").addresses.clear();
        c.ports.at("edge").mtu = 1'600;
        c.ports.at("edge").terminates.gtpu = true;
        c.networks.at("shop").vni = 7;
        c.digest = "another";
    });
    CHECK(held.needs_restart == std::vector<std::string>{"ports.edge.mtu 1500 → 1600"});
    CHECK(held.effective.ports.at("edge").addresses.empty());
    CHECK(held.effective.ports.at("edge").terminates.gtpu);
    CHECK(held.effective.ports.at("edge").mtu == 1'500);
    CHECK(held.effective.networks.at("shop").vni == 7U);
    CHECK(held.effective.digest == "another");
}

TEST_CASE("interfaces come and go with a restart only, for their numbers follow from the set")
{
    const HeldBack held = changed([](config::Config& c) {
        c.vlans.erase("n3");
        c.ports["aaa"].device = "net_null9"; // it would be interface 0
    });
    CHECK(held.needs_restart == std::vector<std::string>{"ports.aaa added", "vlans.n3 removed"});
    CHECK(held.effective.ports.count("aaa") == 0);
    REQUIRE(held.effective.vlans.count("n3") == 1);
    CHECK(held.effective.vlans.at("n3").id == 310);
}

TEST_CASE("the rows above agree with the table of keys")
{
    std::set<std::string> covered, sections;
    for (const Row& row : machine_rows())
        covered.insert(row.key);
    for (const Row& row : other_rows())
        sections.insert(row.key);
    for (const config::Key& key : config::gateway_keys()) {
        if (key.path == "version") continue;
        const std::string path(key.path);
        INFO(path);
        if (sections.count(path.substr(0, path.find_first_of(".[")))) {
            CHECK(key.applies == config::Applies::live);
            continue;
        }
        REQUIRE(covered.erase(path) == 1);
        for (const Row& row : machine_rows())
            if (path == row.key) CHECK((key.applies == config::Applies::restart) == (*row.line != '\0'));
    }
    CHECK(covered.empty());
}

} // namespace sluice::control
