// DPDK without devices, hugepages or files: mempools and clocks are all that scenarios need of it.
#pragma once

struct rte_mempool;

namespace sluice::test {

// Starts DPDK at the first call. Ends the test program when that fails.
void start_eal();

// A mempool whose mbufs were all handed back when it goes; `lost()` counts those that were not.
class Mbufs {
public:
    Mbufs();
    ~Mbufs();
    Mbufs(const Mbufs&) = delete;
    Mbufs& operator=(const Mbufs&) = delete;

    [[nodiscard]] rte_mempool* pool() const { return pool_; }
    [[nodiscard]] unsigned lost() const;

private:
    rte_mempool* pool_;
};

} // namespace sluice::test
