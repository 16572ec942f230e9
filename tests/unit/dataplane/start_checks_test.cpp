// What a machine lacks, one thing at a time: the sentence that refuses the start or warns of what will hurt.
#include <catch2/catch.hpp>

#include <functional>

#include "config/loader.hpp"
#include "dataplane/start_checks.hpp"

namespace sluice::dataplane {
namespace {

constexpr const char* yaml = R"(
version: 1
node: {name: gw1, router-id: 10.255.0.1, netns: sluice}
memory: {hugepages: 2GiB, sessions: 64k}
workers: {cores: 2-3, main-core: 1}
ports:
  fabric:   {device: "0000:3b:00.1", mtu: 9000, addresses: [10.20.0.2/31]}
  internet: {device: net_tap0, addresses: [198.51.100.2/30]}
)";

constexpr std::uint64_t gibibyte = 1ULL << 30;

config::Config loaded()
{
    auto result = config::load_text(yaml, "gateway.yaml");
    REQUIRE(result);
    return std::move(result->config);
}

// One that lacks nothing.
Machine machine()
{
    Machine machine;
    machine.cores = {0, 1, 2, 3};
    machine.siblings = {{0, {0}}, {1, {1}}, {2, {2}}, {3, {3}}};
    machine.busy = {{2, 0.0}, {3, 0.1}};
    machine.pci = {{"0000:3b:00.1", {true, "vfio-pci"}}};
    machine.reserved_hugepage_bytes = machine.free_hugepage_bytes = 2 * gibibyte;
    machine.invariant_tsc = machine.has_tun = machine.has_namespace = true;
    machine.may_administer_network = machine.may_enter_namespaces = true;
    return machine;
}

struct Row {
    std::function<void(Machine&)> lack;
    std::string sentence;
};

std::vector<std::string> texts(const std::vector<Error>& errors)
{
    std::vector<std::string> texts;
    for (const Error& error : errors)
        texts.push_back(error.text());
    return texts;
}

} // namespace

TEST_CASE("a machine that lacks nothing is neither refused nor warned of")
{
    const StartFindings findings = judge(loaded(), machine());
    CHECK(texts(findings.refusals) == std::vector<std::string>{});
    CHECK(findings.warnings == std::vector<std::string>{});
}

TEST_CASE("what is missing is refused with a sentence that says how to mend it")
{
    const std::vector<Row> rows{
        {[](Machine& m) { m.may_administer_network = false; },
         "permission: CAP_NET_ADMIN is missing, without which no interface can be made; start as root"},
        {[](Machine& m) { m.may_enter_namespaces = false; },
         "permission: CAP_SYS_ADMIN is missing, without which nobody enters node.netns; start as root"},
        {[](Machine& m) { m.has_namespace = false; },
         "node.netns: there is no network namespace sluice; make it by 'ip netns add sluice'"},
        {[](Machine& m) { m.has_tun = false; },
         "/dev/net/tun: cannot be opened, and every interface needs a TAP; load the module tun"},
        {[](Machine& m) {
             m.cores = {0, 1, 2};
         },
         "workers.cores: core 3 does not exist or is not ours; there are 0, 1, 2"},
        {[](Machine& m) {
             m.cores = {2, 3};
         },
         "workers.main-core: core 1 does not exist or is not ours; there are 2, 3"},
        {[](Machine& m) { m.reserved_hugepage_bytes = m.free_hugepage_bytes = 0; },
         "memory.hugepages: needs 2 GiB, 0 bytes reserved: write 1024 to "
         "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"},
        {[](Machine& m) { m.free_hugepage_bytes = gibibyte; },
         "memory.hugepages: 2048 MiB are wanted and only 1024 MiB of the reserved pages are free; end who holds them "
         "or "
         "reserve more"},
        {[](Machine& m) { m.pci["0000:3b:00.1"].is_there = false; },
         "ports.fabric.device: there is no PCI device 0000:3b:00.1; 'dpdk-devbind.py --status-dev net' lists them"},
        {[](Machine& m) { m.pci["0000:3b:00.1"].driver = "ixgbe"; },
         "ports.fabric.device: 0000:3b:00.1 is bound to the driver ixgbe; hand it over by 'dpdk-devbind.py "
         "--bind=vfio-pci 0000:3b:00.1'"},
        {[](Machine& m) { m.pci["0000:3b:00.1"].driver.clear(); },
         "ports.fabric.device: 0000:3b:00.1 is bound to no driver; hand it over by 'dpdk-devbind.py --bind=vfio-pci "
         "0000:3b:00.1'"},
    };
    const config::Config config = loaded();
    for (const Row& row : rows) {
        Machine lacking = machine();
        row.lack(lacking);
        CHECK(texts(judge(config, lacking).refusals) == std::vector{row.sentence});
    }
}

TEST_CASE("a NIC of Mellanox stays with its kernel driver")
{
    Machine mellanox = machine();
    mellanox.pci["0000:3b:00.1"].driver = "mlx5_core";
    CHECK(judge(loaded(), mellanox).refusals.empty());
}

TEST_CASE("what will hurt is warned of, and does not stop the start")
{
    const std::vector<Row> rows{
        {[](Machine& m) { m.busy[3] = 0.47; }, "workers.cores: core 3 is 47% busy with other work, so its worker will "
                                               "lose packets at high rates; keep others "
                                               "off it by isolcpus"},
        {[](Machine& m) {
             m.siblings[3] = {2, 3};
         },
         "workers.cores: cores 2 and 3 are two threads of one core and slow each other down"},
        {[](Machine& m) {
             m.siblings[2] = {1, 2};
         },
         "workers.cores: cores 1 and 2 are two threads of one core and slow each other down"},
        {[](Machine& m) { m.invariant_tsc = false; }, "clock: this processor's time stamp counter is not invariant, so "
                                                      "time-outs and times of drops may be wrong when "
                                                      "its frequency changes"},
    };
    const config::Config config = loaded();
    for (const Row& row : rows) {
        Machine hurting = machine();
        row.lack(hurting);
        const StartFindings findings = judge(config, hurting);
        CHECK(findings.refusals.empty());
        CHECK(findings.warnings == std::vector{row.sentence});
    }
}

namespace {

constexpr const char* shared_yaml = R"(
version: 1
node: {name: gw1, netns: sluice}
workers: {cores: 2, main-core: 1}
ports:
  campus: {device: {af-xdp: eth2}, mtu: 1500, addresses: [192.0.2.2/30]}
)";

config::Config sharing()
{
    auto result = config::load_text(shared_yaml, "gateway.yaml");
    REQUIRE(result);
    return std::move(result->config);
}

Machine with_nic()
{
    Machine with = machine();
    with.links["eth2"] = {true, true, 1500, 1, false, false, {*IpAddress::parse("192.0.2.2")}};
    with.started_in_namespace = true;
    return with;
}

} // namespace

TEST_CASE("a NIC that stays with the kernel is judged by what the kernel says of it")
{
    CHECK(judge(sharing(), with_nic()).refusals.empty());
    CHECK(judge(sharing(), with_nic()).warnings.empty());
    const std::vector<Row> refused{
        {[](Machine& m) { m.links.clear(); },
         "ports.campus.device.af-xdp: there is no interface eth2 in the network namespace this process was started in; "
         "'ip -br link' lists those that are, 'ip netns exec' starts elsewhere"},
        {[](Machine& m) { m.started_in_namespace = false; },
         "ports.campus.device.af-xdp: eth2 is where this process was started, outside of node.netns, whose kernel must "
         "know its neighbours; leave node.netns out, or move the NIC there and start there"},
        {[](Machine& m) { m.links["eth2"].has_program = true; },
         "ports.campus.device.af-xdp: eth2 runs an XDP program of somebody else; 'ip link set eth2 xdp off' removes "
         "it"},
        {[](Machine& m) { m.links["eth2"].mtu = 1400; },
         "ports.campus.mtu: 1500 is more than that of eth2, 1400; lower this one, or 'ip link set eth2 mtu 1500'"},
    };
    for (const Row& row : refused) {
        Machine lacking = with_nic();
        row.lack(lacking);
        CHECK(texts(judge(sharing(), lacking).refusals) == std::vector{row.sentence});
    }
    config::Config at_home = sharing();
    at_home.node.netns.clear();
    Machine unprivileged = with_nic();
    unprivileged.may_enter_namespaces = false;
    CHECK(
        texts(judge(at_home, unprivileged).refusals) ==
        std::vector<std::string>{"permission: CAP_SYS_ADMIN is missing, without which nobody finds the maps of an XDP "
                                 "program; start as root"});
    const std::vector<Row> warned{
        {[](Machine& m) { m.links["eth2"].up = false; }, "ports.campus: eth2 is down; 'ip link set eth2 up'"},
        {[](Machine& m) { m.links["eth2"].strips_tags = true; },
         "ports.campus: eth2 takes VLAN tags off before XDP sees the frames, so that tagged ones look untagged; "
         "'ethtool "
         "-K eth2 rxvlan off'"},
        {[](Machine& m) { m.links["eth2"].queues = 4; }, "ports.campus.queues: eth2 has 4, and each gets a socket; "
                                                         "write 4, so that memory is summed right, or 'ethtool "
                                                         "-L eth2 combined 1'"},
        {[](Machine& m) { m.links["eth2"].addresses.clear(); },
         "ports.campus.addresses: eth2 does not have 192.0.2.2, and nobody gives it; 'ip address add 192.0.2.2/30 dev "
         "eth2'"},
    };
    for (const Row& row : warned) {
        Machine hurting = with_nic();
        row.lack(hurting);
        CHECK(judge(sharing(), hurting).refusals.empty());
        CHECK(judge(sharing(), hurting).warnings == std::vector{row.sentence});
    }
}

TEST_CASE("everything that is missing is said at once")
{
    Machine bare;
    CHECK(judge(loaded(), bare).refusals.size() == 8); // permissions 2, namespace, tun, cores 3, hugepages
}

} // namespace sluice::dataplane
