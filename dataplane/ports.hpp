// All ports of the node with the mempools behind them. Port i is the i-th by name.
#pragma once

#include <memory>
#include <vector>

#include "dataplane/mempools.hpp"
#include "dataplane/port.hpp"

namespace sluice::dataplane {

class Ports {
public:
    // Opens and starts every port of the plans, or none.
    [[nodiscard]] static Result<std::unique_ptr<Ports>> start(const std::vector<PortPlan>& plans, unsigned workers,
                                                              const MempoolPlan& memory,
                                                              std::vector<std::string>& warnings);

    [[nodiscard]] std::size_t size() const { return ports_.size(); }
    [[nodiscard]] Port& operator[](std::size_t index) { return *ports_[index]; }
    [[nodiscard]] const Port& operator[](std::size_t index) const { return *ports_[index]; }
    [[nodiscard]] const Mempools& mempools() const { return mempools_; }
    // The pool for packets that a worker on this core's socket makes itself.
    [[nodiscard]] Result<rte_mempool*> pool_for(int socket) { return mempools_.on_socket(socket); }

private:
    explicit Ports(const MempoolPlan& memory)
        : mempools_(memory)
    {
    }

    Mempools mempools_; // freed after the ports are closed
    std::vector<std::unique_ptr<Port>> ports_;
};

} // namespace sluice::dataplane
