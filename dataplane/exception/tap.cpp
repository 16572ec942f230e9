// The kernel's Documentation/networking/tuntap.rst and netdevice(7).
#include "dataplane/exception/tap.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace sluice::dataplane {
namespace {

ifreq request_for(const std::string& name)
{
    ifreq request{};
    name.copy(request.ifr_name, IFNAMSIZ - 1);
    return request;
}

tl::unexpected<Error> failed(const TapPlan& plan, const std::string& what)
{
    return fail("interface " + plan.name, what + ": " + std::strerror(errno));
}

Result<void> attach(int device, const TapPlan& plan)
{
    ifreq request = request_for(plan.name);
    request.ifr_flags = static_cast<short>(IFF_TAP | IFF_NO_PI | IFF_TUN_EXCL);
    if (::ioctl(device, TUNSETIFF, &request) == 0) return {};
    if (errno == EBUSY || errno == EEXIST)
        return fail("interface " + plan.name, "the network namespace has an interface of this name already; is "
                                              "another dataplane running there?");
    if (errno == EPERM) return fail("interface " + plan.name, "making a TAP needs CAP_NET_ADMIN");
    return failed(plan, "no TAP could be made");
}

// Without an address of its own the link sends neither router solicitations nor multicast reports. Before it comes up;
// a kernel without IPv6 has nothing to be told.
void have_no_link_local_address(const TapPlan& plan)
{
    const std::string path = "/proc/sys/net/ipv6/conf/" + plan.name + "/addr_gen_mode";
    const api::Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (file) (void)!::write(file.get(), "1", 1); // IN6_ADDR_GEN_MODE_NONE
}

Result<void> set_up(const TapPlan& plan)
{
    const api::Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket) return failed(plan, "no socket to set it up by");
    ifreq address = request_for(plan.name);
    address.ifr_hwaddr.sa_family = ARPHRD_ETHER;
    std::copy(plan.mac.bytes.begin(), plan.mac.bytes.end(), address.ifr_hwaddr.sa_data);
    if (::ioctl(socket.get(), SIOCSIFHWADDR, &address) != 0)
        return failed(plan, "its TAP refused the address " + plan.mac.text());
    ifreq mtu = request_for(plan.name);
    mtu.ifr_mtu = static_cast<int>(plan.mtu);
    if (::ioctl(socket.get(), SIOCSIFMTU, &mtu) != 0)
        return failed(plan, "its TAP refused the MTU " + std::to_string(plan.mtu));
    ifreq flags = request_for(plan.name);
    flags.ifr_flags = static_cast<short>(plan.has_neighbors ? IFF_UP : IFF_UP | IFF_NOARP);
    if (!plan.has_neighbors) have_no_link_local_address(plan);
    if (::ioctl(socket.get(), SIOCSIFFLAGS, &flags) != 0) return failed(plan, "its TAP could not be brought up");
    return {};
}

} // namespace

Result<Tap> Tap::create(const TapPlan& plan)
{
    api::Descriptor device(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
    if (!device) return failed(plan, "/dev/net/tun cannot be opened");
    if (const auto attached = attach(device.get(), plan); !attached) return tl::unexpected(attached.error());
    if (const auto ready = set_up(plan); !ready) return tl::unexpected(ready.error());
    return Tap(std::move(device));
}

void Tap::set_carrier(bool carrier) noexcept
{
    if (carrier == carrier_) return;
    int value = carrier ? 1 : 0;
    if (::ioctl(descriptor(), TUNSETCARRIER, &value) == 0) carrier_ = carrier;
}

} // namespace sluice::dataplane
