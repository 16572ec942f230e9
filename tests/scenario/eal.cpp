#include "tests/scenario/eal.hpp"

#include <array>
#include <cstdlib>
#include <string>

#include <rte_eal.h>
#include <rte_mbuf.h>
#include <unistd.h>

namespace sluice::test {
namespace {

constexpr unsigned mbufs = 2047;

} // namespace

void start_eal()
{
    static const bool started = [] {
        std::string prefix = "scenario-" + std::to_string(::getpid());
        std::array<std::string, 11> arguments{"scenario", "--no-huge",      "--no-shconf",   "-m",   "128",
                                              "--no-pci", "--no-telemetry", "--file-prefix", prefix, "--lcores",
                                              "0"};
        std::array<char*, arguments.size()> pointers{};
        for (std::size_t i = 0; i < arguments.size(); ++i)
            pointers[i] = arguments[i].data();
        return rte_eal_init(static_cast<int>(pointers.size()), pointers.data()) >= 0;
    }();
    if (!started) std::abort();
}

Mbufs::Mbufs()
{
    start_eal();
    static int serial = 0;
    pool_ = rte_pktmbuf_pool_create(("scenario" + std::to_string(serial++)).c_str(), mbufs, 0, 0,
                                    RTE_MBUF_DEFAULT_BUF_SIZE, 0);
    if (pool_ == nullptr) std::abort();
}

Mbufs::~Mbufs()
{
    rte_mempool_free(pool_);
}

unsigned Mbufs::lost() const
{
    return mbufs - rte_mempool_avail_count(pool_);
}

} // namespace sluice::test
