// libcap; see capabilities(7). A uid of 0 keeps the ownership of files, not the power over others' files.
#include "dataplane/privileges.hpp"

#include <cerrno>
#include <cstring>
#include <memory>
#include <type_traits>

#include <sys/prctl.h>

#include <spdlog/spdlog.h>

namespace sluice::dataplane {
namespace {

struct Free {
    void operator()(cap_t set) const noexcept { cap_free(set); }
};
using CapabilitySet = std::unique_ptr<std::remove_pointer_t<cap_t>, Free>;

} // namespace

bool has_capability(cap_value_t capability) noexcept
{
    const CapabilitySet now(cap_get_proc());
    cap_flag_value_t value = CAP_CLEAR;
    return now && cap_get_flag(now.get(), capability, CAP_EFFECTIVE, &value) == 0 && value == CAP_SET;
}

void drop_capabilities(std::initializer_list<cap_value_t> kept) noexcept
{
    const CapabilitySet wanted(cap_init());
    bool done = wanted != nullptr;
    for (const cap_value_t one : kept) {
        if (!done || !has_capability(one)) continue;
        done = cap_set_flag(wanted.get(), CAP_PERMITTED, 1, &one, CAP_SET) == 0 &&
               cap_set_flag(wanted.get(), CAP_EFFECTIVE, 1, &one, CAP_SET) == 0;
    }
    done = done && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && cap_set_proc(wanted.get()) == 0;
    if (!done) spdlog::warn("event=capabilities_kept reason=\"{}\"", std::strerror(errno));
}

} // namespace sluice::dataplane
