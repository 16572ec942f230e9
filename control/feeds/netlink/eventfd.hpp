// Wakes a thread that waits in poll (eventfd(2), non-blocking).
#pragma once

#include <cstdint>

#include <unistd.h>

namespace sluice::control::netlink {

// Readable until it is lowered, however often it is raised.
inline void raise(int eventfd_descriptor)
{
    const std::uint64_t one = 1;
    (void)!::write(eventfd_descriptor, &one, sizeof one); // can only fail when it is raised already
}

inline void lower(int eventfd_descriptor)
{
    std::uint64_t count = 0;
    (void)!::read(eventfd_descriptor, &count, sizeof count);
}

} // namespace sluice::control::netlink
