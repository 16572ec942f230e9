// Good packets with bytes changed at random, so that most still get through the door.
#pragma once

#include <random>

#include "tests/support/bytes.hpp"

namespace sluice::test {

class Mutator {
public:
    explicit Mutator(std::uint32_t seed)
        : random_(seed)
    {
    }

    // Past the MAC addresses; half of the packets get a right outer IPv4 checksum, as a wrong one would hide everything
    // behind it.
    [[nodiscard]] Bytes mutate(Bytes frame);
    [[nodiscard]] std::size_t below(std::size_t bound)
    {
        return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
    }

private:
    void repair(Bytes& frame);

    std::mt19937 random_;
};

} // namespace sluice::test
