// FRR's path space of this node: its configuration file, its programs, and whether its daemons run. For a thread that
// may wait, with the identity of FRR's user.
#pragma once

#include <string>

#include "dataplane/base/result.hpp"

namespace sluice::control::bgp {

class Frr {
public:
    // `space`: the name behind -N.
    explicit Frr(std::string space);

    // frr.conf, and a vtysh.conf where there is none: whole or not at all, 0640. false: it is so already.
    [[nodiscard]] Result<bool> write(const std::string& text) const;
    // What is written, by frr-reload: seconds, while sessions that nothing changes about go on.
    [[nodiscard]] Result<void> reload() const;
    // Of the daemons zebra, bgpd and bfdd; empty: one does not run. Another text: they were started anew.
    [[nodiscard]] std::string instance() const;

private:
    std::string space_;
    std::string settings_; // /etc/frr/SPACE
    std::string run_;      // /run/frr/SPACE
};

} // namespace sluice::control::bgp
