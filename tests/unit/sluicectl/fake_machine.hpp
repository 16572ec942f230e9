// A machine made of files: what the kernel of a healthy gateway says in /proc, /sys, /dev and /run, in a folder of the
// test's own, for tests to plant one fault at a time.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/temporary_folder.hpp"

namespace sluice::ctl {

class FakeMachine {
public:
    // Two sockets of four cores; two NICs at node 0, handed over to vfio-pci; cores 2 and 3 kept for workers.
    FakeMachine()
    {
        processor();
        memory();
        for (const char* nic : {"0000:3b:00.0", "0000:3b:00.1"})
            add_nic(nic);
        folder("/sys/bus/pci/drivers/vfio-pci");
        folder("/sys/class/iommu/dmar0");
        write("/sys/module/vfio/parameters/enable_unsafe_noiommu_mode", "N");
        folder("/run/netns/sluice");
        write("/dev/net/tun", "");
        add_interrupt("24", "nvme0q1", "0-1");
        add_interrupt("25", "", "0-7"); // nobody has asked for it
    }

    void write(const std::string& path, const std::string& text)
    {
        const auto file = at(path);
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text << '\n';
    }
    void folder(const std::string& path) { std::filesystem::create_directories(at(path)); }
    void link(const std::string& path, const std::string& target)
    {
        remove(path);
        std::filesystem::create_directories(at(path).parent_path());
        std::filesystem::create_symlink(target, at(path));
    }
    void remove(const std::string& path) { std::filesystem::remove_all(at(path)); }
    void bind(const std::string& nic, const std::string& driver)
    {
        link("/sys/bus/pci/devices/" + nic + "/driver", "../../../bus/pci/drivers/" + driver);
    }
    void add_interrupt(const std::string& number, const std::string& driver, const std::string& cores)
    {
        if (!driver.empty()) folder("/proc/irq/" + number + "/" + driver);
        write("/proc/irq/" + number + "/effective_affinity_list", cores);
    }
    // A NIC of its own IOMMU group, at node 0, x8 at 8 GT/s.
    void add_nic(const std::string& nic)
    {
        const std::string device = "/sys/bus/pci/devices/" + nic;
        write(device + "/class", "0x020000");
        write(device + "/numa_node", "0");
        for (const char* which : {"current", "max"}) {
            write(device + "/" + which + "_link_speed", "8.0 GT/s PCIe");
            write(device + "/" + which + "_link_width", "8");
        }
        write(device + "/link/l1_aspm", "0");
        bind(nic, "vfio-pci");
        const std::string group = nic.back() == '0' ? "40" : "41";
        join_group(nic, group);
    }
    void join_group(const std::string& device, const std::string& group)
    {
        link("/sys/bus/pci/devices/" + device + "/iommu_group", "../../../kernel/iommu_groups/" + group);
        folder("/sys/kernel/iommu_groups/" + group + "/devices/" + device);
    }
    void add_interface(const std::string& name, const std::string& mtu)
    {
        write("/sys/class/net/" + name + "/flags", "0x1003");
        write("/sys/class/net/" + name + "/carrier", "1");
        write("/sys/class/net/" + name + "/mtu", mtu);
    }
    void pages(const std::string& folder, const std::string& reserved, const std::string& free)
    {
        write(folder + "/hugepages-2048kB/nr_hugepages", reserved);
        write(folder + "/hugepages-2048kB/free_hugepages", free);
        write(folder + "/hugepages-1048576kB/nr_hugepages", "0");
        write(folder + "/hugepages-1048576kB/free_hugepages", "0");
    }
    [[nodiscard]] std::string root() const { return folder_.path(); }

private:
    [[nodiscard]] std::filesystem::path at(const std::string& path) const
    {
        return folder_.path() / std::filesystem::path(path).relative_path();
    }
    void processor()
    {
        write("/proc/cpuinfo",
              "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu tsc constant_tsc nonstop_tsc avx2");
        const std::string cpus = "/sys/devices/system/cpu";
        write(cpus + "/online", "0-7");
        write(cpus + "/isolated", "2-3");
        write(cpus + "/nohz_full", "2-3");
        for (const char* core : {"0", "1", "2", "3", "4", "5", "6", "7"}) {
            write(cpus + "/cpu" + core + "/topology/thread_siblings_list", core);
            write(cpus + "/cpu" + core + "/cpufreq/scaling_governor", "performance");
        }
        write("/sys/devices/system/node/node0/cpulist", "0-3");
        write("/sys/devices/system/node/node1/cpulist", "4-7");
        write("/proc/sys/kernel/numa_balancing", "0");
    }
    // 2 GiB in pages of 2 MiB, half of them on each node.
    void memory()
    {
        pages("/sys/kernel/mm/hugepages", "1024", "1024");
        pages("/sys/devices/system/node/node0/hugepages", "512", "512");
        pages("/sys/devices/system/node/node1/hugepages", "512", "512");
        write("/proc/self/limits", "Limit  Soft Limit  Hard Limit  Units\nMax locked memory  8388608  8388608  bytes");
        write("/proc/self/status", "Name:\tsluicectl\nCapEff:\t000001ffffffffff");
    }

    test::TemporaryFolder folder_;
};

} // namespace sluice::ctl
