// What happens to ports while the node runs: links that come and go, devices that are pulled out.
// The kernel's end of each interface follows its port's link; without carrier the kernel forgets the neighbours there,
// and with them go their adjacencies. A removed device is closed after a grace period; frames for it die as
// worker/port_removed, and the process lives on. Nothing here waits for a worker.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "dataplane/exception/exception_path.hpp"
#include "dataplane/ports.hpp"
#include "dataplane/published.hpp"

namespace sluice::dataplane {

class PortWatch {
public:
    PortWatch(Ports& ports, const std::vector<table::Interface>& interfaces, ExceptionPath& exception_path,
              Published& tables)
        : ports_(ports)
        , interfaces_(interfaces)
        , exception_path_(exception_path)
        , tables_(tables)
        , up_(ports.size(), true)
        , leaving_(ports.size())
    {
    }

    // About every 100 ms, in the table server's thread.
    void look();

private:
    void leave(std::size_t index);

    Ports& ports_;
    const std::vector<table::Interface>& interfaces_;
    ExceptionPath& exception_path_;
    Published& tables_;
    std::vector<bool> up_; // as seen last
    // Of removed ports: the grace period after which every worker has seen the removal.
    std::vector<std::optional<std::uint64_t>> leaving_;
};

} // namespace sluice::dataplane
