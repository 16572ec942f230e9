// bpf(2): BPF_LINK_CREATE with the attach type BPF_XDP.
#include "dataplane/steering/attachment.hpp"

#include <cerrno>
#include <map>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <linux/if_link.h>

namespace sluice::steering {
namespace {

// By interface; written by the thread that starts the ports.
std::map<unsigned, Attachment>& attached()
{
    static std::map<unsigned, Attachment> held;
    return held;
}

api::Descriptor make_link(int interface, int program, __u32 mode)
{
    bpf_link_create_opts options{};
    options.sz = sizeof options;
    options.flags = mode;
    return api::Descriptor(bpf_link_create(program, interface, BPF_XDP, &options));
}

bool runs_in_driver(int interface)
{
    bpf_xdp_query_opts found{};
    found.sz = sizeof found;
    return bpf_xdp_query(interface, 0, &found) == 0 && found.attach_mode == XDP_ATTACHED_DRV;
}

// 0, or a negative error number, as libbpf's functions return it.
int attach(int interface, int program, __u32 mode)
{
    api::Descriptor link = make_link(interface, program, mode);
    // A driver without XDP gets it from the kernel by itself; one that has it and refuses (its MTU, its queues) does
    // not.
    if (!link && mode == 0 && errno != EBUSY && errno != EEXIST)
        link = make_link(interface, program, XDP_FLAGS_SKB_MODE);
    if (!link) return -errno;
    api::Descriptor kept(::fcntl(program, F_DUPFD_CLOEXEC, 0));
    if (!kept) return -errno;
    const bool native = runs_in_driver(interface);
    attached().insert_or_assign(static_cast<unsigned>(interface), Attachment(std::move(link), std::move(kept), native));
    return 0;
}

} // namespace

std::optional<Attachment> take_attachment(unsigned interface)
{
    const auto found = attached().extract(interface);
    return found ? std::optional(std::move(found.mapped())) : std::nullopt;
}

} // namespace sluice::steering

// In front of libbpf's function of this name, for the driver; see the header.
extern "C" int bpf_xdp_attach(int interface, int program, __u32 flags, const bpf_xdp_attach_opts*)
{
    return sluice::steering::attach(interface, program, flags & XDP_FLAGS_MODES);
}
