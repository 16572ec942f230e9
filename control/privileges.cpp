// libcap; see capabilities(7). A uid of 0 keeps the ownership of files, not the power over others' files.
#include "control/privileges.hpp"

#include <cerrno>
#include <cstring>
#include <memory>

#include <sys/prctl.h>

namespace sluice::control {

Result<void> keep_capabilities(const std::vector<cap_value_t>& kept)
{
    struct Free {
        void operator()(cap_t set) const { cap_free(set); }
    };
    using Set = std::unique_ptr<std::remove_pointer_t<cap_t>, Free>;
    const Set now(cap_get_proc());
    const Set wanted(cap_init());
    if (!now || !wanted) return fail("capabilities", std::strerror(errno));
    for (const cap_value_t one : kept) {
        cap_flag_value_t permitted = CAP_CLEAR;
        if (cap_get_flag(now.get(), one, CAP_PERMITTED, &permitted) != 0 || permitted == CAP_CLEAR) continue;
        cap_set_flag(wanted.get(), CAP_PERMITTED, 1, &one, CAP_SET);
        cap_set_flag(wanted.get(), CAP_EFFECTIVE, 1, &one, CAP_SET);
    }
    // Without this a program started by us could regain them as root.
    const bool locked = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    if (!locked || cap_set_proc(wanted.get()) != 0) return fail("capabilities", std::strerror(errno));
    return {};
}

} // namespace sluice::control
