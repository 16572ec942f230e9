// Asking for memory that will be written: the line comes as this core's own, so that no store, and no locked
// instruction behind it, waits until another core has given it up. (__builtin_prefetch for writing is one for reading,
// unless the compiler may count on PREFETCHW, which older processors take for no operation.)
#pragma once

namespace sluice {

inline void prefetch_to_write(const void* line) noexcept
{
#if defined(__x86_64__)
    asm volatile("prefetchw %0" : : "m"(*static_cast<const char*>(line)));
#else
    __builtin_prefetch(line, 1);
#endif
}

} // namespace sluice
