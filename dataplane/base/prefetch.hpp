// Asking for memory ahead of its use. In assembly: to gcc a function that does nothing but __builtin_prefetch has no
// effect, and so it leaves out the calls of those that it does not inline early, and the loops around them.
#pragma once

namespace sluice {

// Memory that will be read, or written by one thread alone.
inline void prefetch_to_read(const void* line) noexcept
{
#if defined(__x86_64__)
    asm volatile("prefetcht0 %0" : : "m"(*static_cast<const char*>(line)));
#else
    asm volatile("" : : "r"(line));
    __builtin_prefetch(line);
#endif
}

// Memory that several threads write: the line comes as this core's own, so that no store, and no locked instruction
// behind it, waits until another core has given it up.
inline void prefetch_to_write(const void* line) noexcept
{
#if defined(__x86_64__)
    asm volatile("prefetchw %0" : : "m"(*static_cast<const char*>(line)));
#else
    asm volatile("" : : "r"(line));
    __builtin_prefetch(line, 1);
#endif
}

} // namespace sluice
