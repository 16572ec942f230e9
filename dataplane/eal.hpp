// DPDK's environment: its arguments from the configuration, its start and its end.
#pragma once

#include <string>
#include <vector>

#include "config/schema.hpp"
#include "dataplane/base/result.hpp"
#include "dataplane/interfaces.hpp"

namespace sluice::dataplane {

// The lcore numbers of EAL: 0 is the main thread, worker i is lcore i + 1, wherever their cores are.
[[nodiscard]] constexpr unsigned lcore_of_worker(unsigned worker) noexcept
{
    return worker + 1;
}

// `memory_bytes`: what the mempools need; used without hugepages only, where EAL maps its memory once.
[[nodiscard]] std::vector<std::string> eal_arguments(const config::Config& config, const std::vector<PortPlan>& ports,
                                                     std::uint64_t memory_bytes);

// DPDK's own thread, which waits for devices' events, gives up what the main thread gives up. Shortly afterwards: only
// that thread itself can, and it does so when it next runs an alarm.
void confine_event_thread();

// rte_eal_init as a value: the constructor's work is `start`, the destructor cleans up. One per process.
class Eal {
public:
    [[nodiscard]] static Result<Eal> start(const config::Config& config, const std::vector<PortPlan>& ports,
                                           std::uint64_t memory_bytes);
    Eal(Eal&& other) noexcept;
    Eal& operator=(Eal&&) = delete;
    ~Eal();

private:
    explicit Eal(std::string runtime_folder)
        : runtime_folder_(std::move(runtime_folder))
    {
    }
    std::string runtime_folder_; // removed at the end; empty when it is not ours
    bool running_ = true;
};

} // namespace sluice::dataplane
