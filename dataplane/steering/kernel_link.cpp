// netdevice(7), getifaddrs(3), packet(7), linux/ethtool.h, the kernel's Documentation/networking/af_xdp.rst.
#include "dataplane/steering/kernel_link.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <memory>

#include <bpf/libbpf.h>
#include <ifaddrs.h>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/if_xdp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace sluice::steering {
namespace {

ifreq request_for(const std::string& name)
{
    ifreq request{};
    name.copy(request.ifr_name, IFNAMSIZ - 1);
    return request;
}

unsigned channels_of(int socket, const std::string& name)
{
    ethtool_channels channels{};
    channels.cmd = ETHTOOL_GCHANNELS;
    ifreq request = request_for(name);
    request.ifr_data = reinterpret_cast<char*>(&channels);
    const bool told = ::ioctl(socket, SIOCETHTOOL, &request) == 0;
    return told ? std::max(channels.combined_count, 1U) : 1;
}

bool strips_tags(int socket, const std::string& name)
{
    ethtool_value flags{ETHTOOL_GFLAGS, 0};
    ifreq request = request_for(name);
    request.ifr_data = reinterpret_cast<char*>(&flags);
    return ::ioctl(socket, SIOCETHTOOL, &request) == 0 && (flags.data & ETH_FLAG_RXVLAN) != 0;
}

std::optional<IpAddress> ip_of(const sockaddr* address)
{
    if (address == nullptr) return std::nullopt;
    const auto packed = [](const auto& raw) {
        return IpAddress::unpack({reinterpret_cast<const char*>(&raw), sizeof raw});
    };
    if (address->sa_family == AF_INET) return packed(reinterpret_cast<const sockaddr_in*>(address)->sin_addr);
    if (address->sa_family == AF_INET6) return packed(reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr);
    return std::nullopt;
}

std::set<IpAddress> addresses_of(const std::string& name)
{
    std::set<IpAddress> addresses;
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) return addresses;
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, ::freeifaddrs);
    for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next)
        if (const auto address = ip_of(entry->ifa_addr); address && name == entry->ifa_name) addresses.insert(*address);
    return addresses;
}

} // namespace

KernelLink look_at_link(const std::string& name)
{
    KernelLink link;
    const unsigned index = ::if_nametoindex(name.c_str());
    const api::Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    link.is_there = index != 0 && socket;
    if (!link.is_there) return link;
    ifreq request = request_for(name);
    if (::ioctl(socket.get(), SIOCGIFFLAGS, &request) == 0) link.up = (request.ifr_flags & IFF_UP) != 0;
    if (::ioctl(socket.get(), SIOCGIFMTU, &request) == 0) link.mtu = static_cast<unsigned>(request.ifr_mtu);
    link.queues = channels_of(socket.get(), name);
    link.strips_tags = strips_tags(socket.get(), name);
    std::uint32_t program = 0;
    link.has_program = bpf_xdp_query_id(static_cast<int>(index), 0, &program) == 0 && program != 0;
    link.addresses = addresses_of(name);
    return link;
}

Result<api::Descriptor> receive_all_multicast(const std::string& name)
{
    api::Descriptor socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)); // of no protocol: it receives nothing
    packet_mreq all{};
    all.mr_ifindex = static_cast<int>(::if_nametoindex(name.c_str()));
    all.mr_type = PACKET_MR_ALLMULTI;
    if (socket && ::setsockopt(socket.get(), SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all) == 0) return socket;
    return fail("interface " + name, std::string("does not receive all multicast: ") + std::strerror(errno));
}

std::set<int> xdp_sockets()
{
    std::set<int> sockets;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", error)) {
        const std::string name = entry.path().filename().string();
        int descriptor = -1;
        int domain = 0;
        socklen_t size = sizeof domain;
        std::from_chars(name.data(), name.data() + name.size(), descriptor);
        if (::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_XDP)
            sockets.insert(descriptor);
    }
    return sockets;
}

bool is_zero_copy(int xdp_socket)
{
    xdp_options options{};
    socklen_t size = sizeof options;
    return ::getsockopt(xdp_socket, SOL_XDP, XDP_OPTIONS, &options, &size) == 0 &&
           (options.flags & XDP_OPTIONS_ZEROCOPY) != 0;
}

} // namespace sluice::steering
