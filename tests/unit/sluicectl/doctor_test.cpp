// `doctor` on machines made of files: a healthy one, and one fault at a time, each with the sentence and the command.
#include <catch2/catch.hpp>

#include <fstream>
#include <functional>

#include "tests/unit/sluicectl/commands_world.hpp"
#include "tests/unit/sluicectl/fake_machine.hpp"
#include "tools/sluicectl/doctor/checks.hpp"
#include "tools/sluicectl/json.hpp"

namespace sluice::ctl {
namespace {

constexpr const char* gateway = R"(version: 1
node: {name: gw1, router-id: 10.255.0.1, netns: sluice}
memory: {hugepages: 2GiB, sessions: 64k}
workers: {cores: 2-3, main-core: 1}
ports:
  fabric:   {device: "0000:3b:00.1", mtu: 9000, addresses: [10.20.0.2/31]}
  internet: {device: "3B:00.0,some-argument=1", addresses: [198.51.100.2/30]}
)";

constexpr const char* pages = "/sys/kernel/mm/hugepages";
constexpr const char* fabric = "/sys/bus/pci/devices/0000:3b:00.1";
constexpr const char* cpus = "/sys/devices/system/cpu";

struct Found {
    std::string check;
    std::string what;
    std::string mend;
    bool operator==(const Found&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Found& found)
{
    return out << found.check << ": " << found.what << " | " << found.mend;
}

class Clinic {
public:
    FakeMachine machine;

    Outcome run(Words words, const std::string& yaml = gateway)
    {
        std::ofstream(folder_.file("gateway.yaml")) << yaml;
        if (!yaml.empty()) words.push_back(folder_.file("gateway.yaml"));
        words.insert(words.end(), {"--root", machine.root()});
        const auto invocation = Invocation::parse(words);
        REQUIRE(invocation);
        Node node(*invocation);
        return invocation->command().run(*invocation, node);
    }
    std::vector<Found> found(const std::string& yaml = gateway)
    {
        const Outcome outcome = run({"doctor", "--json"}, yaml);
        REQUIRE(outcome);
        std::vector<Found> all;
        const Json json = Json::parse(outcome->out);
        CHECK(json["findings"].size() + json["fine"].size() >= doctor::checks().size());
        for (const Json& finding : json["findings"]) {
            CHECK_FALSE(finding["read"].get<std::string>().empty());
            CHECK_FALSE(finding["hurts"].get<std::string>().empty());
            all.push_back({finding["check"], finding["what"], finding["mend"]});
        }
        CHECK(outcome->exit == (all.empty() ? Exit::fine : Exit::finding));
        return all;
    }

private:
    test::TemporaryFolder folder_;
};

std::string replaced(std::string text, const std::string& part, const std::string& by)
{
    const std::size_t at = text.find(part);
    REQUIRE(at != std::string::npos);
    return text.replace(at, part.size(), by);
}

std::string grub(const std::string& words)
{
    return "sed -i 's/^GRUB_CMDLINE_LINUX=\"/&" + words + " /' /etc/default/grub && update-grub && reboot";
}

const std::string isolating = grub("isolcpus=managed_irq,domain,2-3 nohz_full=2-3 rcu_nocbs=2-3");
const std::string binding =
    "modprobe vfio-pci && dpdk-devbind.py --bind=vfio-pci 0000:3b:00.1   # first ask: tools/bind 0000:3b:00.1";

struct Fault {
    std::function<void(FakeMachine&)> plant;
    Found found;
};

void expect(const std::vector<Fault>& faults, const std::string& yaml = gateway)
{
    for (const Fault& fault : faults) {
        Clinic clinic;
        fault.plant(clinic.machine);
        CHECK(clinic.found(yaml) == std::vector{fault.found});
    }
}

} // namespace

TEST_CASE("a healthy machine has no finding")
{
    Clinic clinic;
    CHECK(clinic.found() == std::vector<Found>{});
    const Outcome text = clinic.run({"doctor"});
    CHECK(text->out.starts_with("fine: hugepages, "));
    CHECK(text->out.ends_with("\n0 findings of " + std::to_string(doctor::checks().size()) + " checks\n"));
}

TEST_CASE("the configuration of README's ten minutes is sound, and such a machine lacks nothing for it")
{
    std::ifstream file("README.md"); // the working folder of the test is the repository's root
    std::string yaml;
    bool inside = false;
    for (std::string line; std::getline(file, line);) {
        if (line == "   ```" && inside) break;
        if (inside) yaml += line.substr(3) + '\n';
        if (line == "   ```yaml") inside = true;
    }
    REQUIRE(contains(yaml, "0000:3b:00.0"));
    Clinic clinic;
    CHECK(clinic.found(yaml) == std::vector<Found>{});
}

TEST_CASE("memory that is missing, taken, far away or may not be pinned")
{
    expect({
        {[](FakeMachine& m) { m.pages(pages, "512", "512"); },
         {"hugepages", "1 GiB reserved, 2 GiB are wanted",
          "echo 1024 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"}},
        {[](FakeMachine& m) { m.pages(pages, "1024", "256"); },
         {"hugepages", "2 GiB reserved, of which 512 MiB are free and 2 GiB are wanted",
          "echo 1792 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"}},
        {[](FakeMachine& m) { m.pages("/sys/devices/system/node/node0/hugepages", "0", "0"); },
         {"numa-memory",
          "NUMA node 0, where the NIC of ports.fabric.device is, has 0 bytes in hugepages; its packets take 176.9 MiB",
          "echo 89 > /sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages"}},
        {[](FakeMachine& m) { m.write("/proc/self/status", "CapEff:\t0000000000003000"); },
         {"locked-memory", "the limit on locked memory is 8 MiB, and 2 GiB are given to the NICs",
          "ulimit -l unlimited   # for a unit of systemd: LimitMEMLOCK=infinity"}},
    });
}

TEST_CASE("the pages of a node that runs are its own")
{
    Clinic clinic;
    clinic.machine.pages(pages, "1024", "0");
    clinic.machine.write("/run/sluice/gw1/dataplane.sock", "");
    CHECK(clinic.found() == std::vector<Found>{});
}

TEST_CASE("NICs on a configuration without hugepages")
{
    expect({{[](FakeMachine&) {},
             {"hugepages", "memory.hugepages is none, and the ports are NICs",
              "echo 97 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages   # and memory.hugepages: 194MiB"}}},
           replaced(gateway, "hugepages: 2GiB", "hugepages: none"));
}

TEST_CASE("an IOMMU that is off or walked around, and groups that cannot be handed over")
{
    expect({
        {[](FakeMachine& m) { m.remove("/sys/class/iommu/dmar0"); },
         {"iommu", "there is no IOMMU, or it is off",
          grub("intel_iommu=on iommu=pt") + "   # and enable VT-d in the firmware"}},
        {[](FakeMachine& m) {
             m.remove("/sys/class/iommu");
             m.write("/proc/cpuinfo", "vendor_id\t: AuthenticAMD\nflags\t\t: constant_tsc nonstop_tsc");
         },
         {"iommu", "there is no IOMMU, or it is off", grub("iommu=pt") + "   # and enable AMD-Vi in the firmware"}},
        {[](FakeMachine& m) { m.write("/sys/module/vfio/parameters/enable_unsafe_noiommu_mode", "Y"); },
         {"iommu", "vfio may be used without the IOMMU",
          "echo N > /sys/module/vfio/parameters/enable_unsafe_noiommu_mode"}},
        {[](FakeMachine& m) {
             m.write("/sys/bus/pci/devices/0000:3c:00.0/class", "0x010802");
             m.bind("0000:3c:00.0", "nvme");
             m.join_group("0000:3c:00.0", "41");
         },
         {"iommu-group", "ports.fabric.device: 0000:3b:00.1 shares IOMMU group 41 with 0000:3c:00.0, which nvme drives",
          "dpdk-devbind.py --bind=vfio-pci 0000:3c:00.0   # or put the NIC into another slot"}},
    });
}

TEST_CASE("a bridge, an idle device and the other port of the node do no harm in a group")
{
    Clinic clinic;
    clinic.machine.write("/sys/bus/pci/devices/0000:3a:00.0/class", "0x060400");
    clinic.machine.bind("0000:3a:00.0", "pcieport");
    clinic.machine.join_group("0000:3a:00.0", "41");
    clinic.machine.write("/sys/bus/pci/devices/0000:3c:00.0/class", "0x010802");
    clinic.machine.join_group("0000:3c:00.0", "41");
    clinic.machine.join_group("0000:3b:00.0", "41");
    CHECK(clinic.found() == std::vector<Found>{});
}

TEST_CASE("drivers that are missing, of the kernel, or without protection")
{
    expect({
        {[](FakeMachine& m) { m.remove("/sys/bus/pci/drivers/vfio-pci"); },
         {"vfio", "the module vfio-pci is not loaded",
          "modprobe vfio-pci && echo vfio-pci > /etc/modules-load.d/sluice.conf"}},
        {[](FakeMachine& m) { m.remove(fabric); },
         {"device", "ports.fabric.device: there is no PCI device 0000:3b:00.1",
          "tools/bind   # lists the NICs of this machine"}},
        {[](FakeMachine& m) { m.bind("0000:3b:00.1", "i40e"); },
         {"device", "ports.fabric.device: 0000:3b:00.1 is bound to the driver i40e", binding}},
        {[](FakeMachine& m) { m.remove(std::string(fabric) + "/driver"); },
         {"device", "ports.fabric.device: 0000:3b:00.1 is bound to no driver", binding}},
        {[](FakeMachine& m) { m.bind("0000:3b:00.1", "uio_pci_generic"); },
         {"device", "ports.fabric.device: 0000:3b:00.1 is bound to uio_pci_generic", binding}},
    });
}

TEST_CASE("PCIe links below what the NIC can, or asleep")
{
    const std::string retrain =
        "lspci -vv -s 0000:3b:00.1 | grep -E 'LnkCap|LnkSta'   # then a slot with as many lanes, or seat it again";
    expect({
        {[](FakeMachine& m) { m.write(std::string(fabric) + "/current_link_width", "4"); },
         {"pcie-link", "ports.fabric.device: 0000:3b:00.1 runs x4 at 8 GT/s and could run x8 at 8 GT/s", retrain}},
        {[](FakeMachine& m) { m.write(std::string(fabric) + "/current_link_speed", "2.5 GT/s PCIe"); },
         {"pcie-link", "ports.fabric.device: 0000:3b:00.1 runs x8 at 3 GT/s and could run x8 at 8 GT/s", retrain}},
        {[](FakeMachine& m) { m.write(std::string(fabric) + "/link/l1_aspm", "1"); },
         {"aspm", "ports.fabric.device: the PCIe link of 0000:3b:00.1 sleeps when it is idle (ASPM L1)",
          "echo 0 > /sys/bus/pci/devices/0000:3b:00.1/link/l1_aspm"}},
    });
}

TEST_CASE("what the kernel side of a node lacks")
{
    expect({
        {[](FakeMachine& m) { m.remove("/run/netns/sluice"); },
         {"netns", "there is no network namespace sluice, which node.netns names", "ip netns add sluice"}},
        {[](FakeMachine& m) { m.remove("/dev/net/tun"); },
         {"tun", "there is no /dev/net/tun", "modprobe tun && echo tun > /etc/modules-load.d/sluice-tun.conf"}},
    });
}

TEST_CASE("worker cores that are missing, shared, interrupted, slow or far away")
{
    const std::string core3 = std::string(cpus) + "/cpu3";
    expect({
        {[](FakeMachine& m) { m.write(std::string(cpus) + "/online", "0-2,4-7"); },
         {"cores", "core 3 of workers cannot be had; there are 0-2,4-7",
          "for core in 3; do echo 1 > /sys/devices/system/cpu/cpu$core/online; done   # or change workers.cores"}},
        {[](FakeMachine& m) {
             m.write(std::string(cpus) + "/isolated", "");
             m.write(std::string(cpus) + "/nohz_full", "(null)"); // as kernels without the option say
         },
         {"isolation", "worker cores 2-3 also run other processes", isolating}},
        {[](FakeMachine& m) { m.write(std::string(cpus) + "/nohz_full", "(null)"); },
         {"ticks", "worker cores 2-3 are interrupted by the scheduler's tick", isolating}},
        {[&](FakeMachine& m) { m.write(core3 + "/topology/thread_siblings_list", "1,3"); },
         {"siblings", "cores 3 and 1 are two threads of one core, the second the main thread's",
          "echo 0 > /sys/devices/system/cpu/cpu1/online   # and take it out of workers"}},
        {[&](FakeMachine& m) { m.write(core3 + "/topology/thread_siblings_list", "3,7"); },
         {"siblings", "cores 3 and 7 are two threads of one core, the second which runs anything",
          "echo 0 > /sys/devices/system/cpu/cpu7/online"}},
        {[&](FakeMachine& m) {
             m.write(core3 + "/topology/thread_siblings_list", "2-3");
             m.write(std::string(cpus) + "/cpu2/topology/thread_siblings_list", "2-3");
         },
         {"siblings", "cores 2 and 3 are two threads of one core, the second another worker's",
          "echo 0 > /sys/devices/system/cpu/cpu3/online   # and take it out of workers"}},
        {[](FakeMachine& m) {
             m.add_interrupt("31", "ahci", "3");
             m.add_interrupt("30", "xhci_hcd", "2");
         },
         {"interrupts", "interrupts 30-31 are sent to worker cores 2-3",
          "systemctl disable --now irqbalance; for irq in 30 31; do echo 1 > /proc/irq/$irq/smp_affinity_list; done"}},
        {[&](FakeMachine& m) { m.write(core3 + "/cpufreq/scaling_governor", "powersave"); },
         {"governor", "the governor of worker core 3 is powersave",
          "for core in 3; do echo performance > /sys/devices/system/cpu/cpu$core/cpufreq/scaling_governor; done"}},
        {[](FakeMachine& m) { m.write(std::string(fabric) + "/numa_node", "1"); },
         {"numa-cores", "ports.fabric.device: 0000:3b:00.1 is at NUMA node 1, worker cores 2-3 are not",
          "sluicectl apply FILE   # with workers.cores out of 4-7, then a restart"}},
        {[](FakeMachine& m) { m.write("/proc/sys/kernel/numa_balancing", "1"); },
         {"numa-balancing", "the kernel balances memory between NUMA nodes",
          "sysctl -w kernel.numa_balancing=0 | tee /etc/sysctl.d/90-sluice-numa.conf"}},
        {[](FakeMachine& m) { m.write("/proc/cpuinfo", "flags\t\t: fpu tsc constant_tsc"); },
         {"clock", "the time stamp counter is not invariant (constant_tsc, nonstop_tsc)",
          grub("processor.max_cstate=1") + "   # in a virtual machine: -cpu host,migratable=no,+invtsc"}},
    });
}

TEST_CASE("a sibling that is isolated and nobody's does no harm, nor do shared cores to workers that sleep")
{
    Clinic clinic;
    clinic.machine.write(std::string(cpus) + "/isolated", "2-3,7");
    clinic.machine.write(std::string(cpus) + "/cpu3/topology/thread_siblings_list", "3,7");
    CHECK(clinic.found() == std::vector<Found>{});
    clinic.machine.write(std::string(cpus) + "/isolated", "7");
    CHECK(clinic.found(replaced(gateway, "main-core: 1", "main-core: 1, idle: sleep")) == std::vector<Found>{});
}

TEST_CASE("a NIC that stays with the kernel is judged by its interface")
{
    const auto with_mlx5 = [](auto plant) {
        return [plant](FakeMachine& m) {
            m.bind("0000:3b:00.1", "mlx5_core");
            m.folder(std::string(fabric) + "/net/eth3");
            m.add_interface("eth3", "9000");
            plant(m);
        };
    };
    Clinic healthy;
    with_mlx5([](FakeMachine&) {})(healthy.machine);
    CHECK(healthy.found() == std::vector<Found>{});
    expect({
        {with_mlx5([](FakeMachine& m) { m.write("/sys/class/net/eth3/mtu", "1500"); }),
         {"mtu", "eth3 has MTU 1500, ports.fabric.mtu is 9000", "ip link set eth3 mtu 9000"}},
        {with_mlx5([](FakeMachine& m) { m.write("/sys/class/net/eth3/flags", "0x1002"); }),
         {"interface", "ports.fabric.device: eth3 is down", "ip link set eth3 up"}},
        {with_mlx5([](FakeMachine& m) { m.write("/sys/class/net/eth3/carrier", "0"); }),
         {"interface", "ports.fabric.device: eth3 has no carrier",
          "ethtool eth3   # cable, transceiver, the switch's port"}},
    });
}

TEST_CASE("a virtual device over an interface of the kernel needs that interface, and no vfio")
{
    for (const char* device : {"\"net_af_packet0,iface=eth9\"", "{af-xdp: eth9}"}) {
        const std::string shared =
            replaced(replaced(gateway, "\"0000:3b:00.1\"", device), "\"3B:00.0,some-argument=1\"", "net_tap0");
        Clinic clinic;
        clinic.machine.remove("/sys/bus/pci");
        clinic.machine.remove("/sys/class/iommu");
        CHECK(clinic.found(shared) == std::vector{Found{"interface", "ports.fabric.device: there is no interface eth9",
                                                        "ip -br link   # lists those of this machine"}});
    }
}

TEST_CASE("without a configuration the machine itself is judged")
{
    Clinic clinic;
    clinic.machine.pages(pages, "0", "0"); // nobody has asked for any
    CHECK(clinic.found("") == std::vector<Found>{});
    clinic.machine.remove("/sys/class/iommu");
    REQUIRE(clinic.found("").size() == 1);
    CHECK(clinic.found("").front().check == "iommu");
}

TEST_CASE("everything is found at once, told in words, with the exit code of a finding")
{
    Clinic clinic;
    clinic.machine.pages(pages, "0", "0");
    clinic.machine.bind("0000:3b:00.1", "i40e");
    const Outcome told = clinic.run({"doctor"});
    CHECK(exit_of(told) == 1);
    CHECK(contains(told->out, "hugepages: 0 bytes reserved, 2 GiB are wanted\n"
                              "  read   /sys/kernel/mm/hugepages/*/nr_hugepages\n"
                              "  hurts  the dataplane does not start\n"
                              "  mend   echo 1024 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages\n"));
    CHECK(contains(told->out, "\n2 findings of "));
}

TEST_CASE("a configuration with errors is told as check tells it")
{
    Clinic clinic;
    const Outcome told = clinic.run({"doctor"}, replaced(gateway, "mtu: 9000", "mtu: 9"));
    CHECK(exit_of(told) == 1);
    CHECK(contains(told->out, "gateway.yaml:6:"));
    CHECK(told->complaint == "1 error");
}

} // namespace sluice::ctl
