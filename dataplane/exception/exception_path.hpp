// Carries frames between the workers and the kernel, in a thread of its own, so that no worker makes a system call.
//
//   worker ── punts (budget by class) ──►             ──► TAP "fabric" ──► kernel: ARP, ND, BGP, ping
//                                        this thread
//   worker ◄── injects ─────────────────              ◄── TAP "fabric" ◄── kernel
//
// The frames of one interface always go to the same worker, so that their order stays. When that worker's queue is full
// or no mbuf is free, the TAP is not read and the kernel counts what it cannot queue (its tx_dropped). What the kernel
// does not take is counted here; the worker has counted it as punted.
//
// One more TAP, `sluice0`, has nobody behind it: prefixes that are announced point at it (announcing_link.hpp). What
// the kernel sends there goes to a worker all the same, which drops it by name.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "dataplane/counters.hpp"
#include "dataplane/exception/announced_routes.hpp"
#include "dataplane/exception/tap.hpp"
#include "dataplane/worker.hpp"

namespace sluice::dataplane {

struct KernelSideCounts {
    SingleWriterCounter to_kernel;
    SingleWriterCounter from_kernel;
    SingleWriterCounter refused; // punted, but the TAP was down or full
};

class ExceptionPath {
public:
    // Makes the TAPs of all interfaces in the namespace, and `sluice0`. The workers outlive this object.
    [[nodiscard]] static Result<std::unique_ptr<ExceptionPath>> open(const std::string& netns,
                                                                     const std::vector<table::Interface>& interfaces,
                                                                     std::vector<Worker*> workers, rte_mempool* pool);
    ExceptionPath(const ExceptionPath&) = delete;
    ExceptionPath& operator=(const ExceptionPath&) = delete;
    ~ExceptionPath(); // the workers have ended: what is left in their queues is delivered or freed

    void start();

    // ---- One thread, after start(): the main thread.
    // Whether routes point at `sluice0`.
    [[nodiscard]] bool announces() const;
    // `sluice0` vanishes, and with it all that was announced; everything else goes on.
    void withdraw();

    // ---- Any thread.
    [[nodiscard]] const KernelSideCounts& counts(std::size_t interface) const { return ends_[interface]->counts; }
    // ---- One thread: the table server's.
    void set_carrier(std::size_t interface, bool carrier) noexcept { ends_[interface]->tap->set_carrier(carrier); }

private:
    struct End {
        std::optional<Tap> tap; // empty: left
        KernelSideCounts counts;

        explicit End(Tap device)
            : tap(std::move(device))
        {
        }
    };

    enum class Announcing { held, to_be_left, left };

    ExceptionPath(std::vector<Worker*> workers, rte_mempool* pool);
    [[nodiscard]] Result<void> add(const TapPlan& plan);
    [[nodiscard]] Result<void> add_announcing();
    void run() noexcept;
    void wait_and_read() noexcept;
    [[nodiscard]] bool read_from(std::size_t interface) noexcept;
    void leave_announcing() noexcept;
    void deliver(Worker& worker) noexcept;

    std::vector<Worker*> workers_;
    rte_mempool* pool_;
    api::Descriptor epoll_;
    std::vector<std::unique_ptr<End>> ends_; // by interface; `sluice0` after them
    std::optional<AnnouncedRoutes> announced_;
    std::atomic<Announcing> announcing_{Announcing::held};
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

} // namespace sluice::dataplane
