#include "tests/bench/preemption.hpp"

#include <array>
#include <cstdio>

#include <fcntl.h>
#include <unistd.h>

namespace sluice::bench {

Preemption::~Preemption()
{
    if (file_ >= 0) ::close(file_);
}

void Preemption::begin() noexcept
{
    if (file_ < 0) file_ = ::open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    if (!read(at_begin_)) at_begin_ = {~std::uint64_t{0}, 0};
}

bool Preemption::happened() noexcept
{
    Slices now;
    return !read(now) || now != at_begin_;
}

// "ran_ns waited_ns slices"
bool Preemption::read(Slices& slices) noexcept
{
    std::array<char, 96> text{};
    if (file_ < 0 || ::pread(file_, text.data(), text.size() - 1, 0) <= 0) return false;
    unsigned long long ran = 0;
    unsigned long long waited = 0;
    unsigned long long count = 0;
    if (std::sscanf(text.data(), "%llu %llu %llu", &ran, &waited, &count) != 3) return false;
    slices = {waited, count};
    return true;
}

} // namespace sluice::bench
