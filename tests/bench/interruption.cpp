#include "tests/bench/interruption.hpp"

#include <fstream>
#include <sstream>
#include <string>

#include <sched.h>

namespace sluice::bench {
namespace {

// Of all kinds that the core has served; 0 when the kernel does not say.
std::uint64_t interrupts_of(unsigned core)
{
    std::ifstream file("/proc/interrupts");
    std::string line;
    std::getline(file, line);
    std::istringstream cores(line); // those that are online
    unsigned column = 1;
    for (std::string name; cores >> name && name != "CPU" + std::to_string(core);)
        ++column;
    std::uint64_t sum = 0;
    while (std::getline(file, line)) {
        std::istringstream row(line.substr(line.find(':') + 1));
        std::uint64_t count = 0;
        for (unsigned i = 0; i < column; ++i)
            row >> count;
        if (row) sum += count;
    }
    return sum;
}

} // namespace

void Interruption::begin()
{
    core_ = static_cast<unsigned>(::sched_getcpu());
    at_begin_ = interrupts_of(core_);
    preemption_.begin();
}

bool Interruption::happened()
{
    return preemption_.happened() || at_begin_ == 0 || interrupts_of(core_) != at_begin_;
}

} // namespace sluice::bench
