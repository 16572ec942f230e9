// The interfaces of a configuration with the identifiers that the dataplane computes by itself:
// ports by name, then VLANs by name, from 0.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/schema.hpp"

namespace sluice::control {

class Interfaces {
public:
    explicit Interfaces(const config::Config& config);

    struct Entry {
        std::string name;
        const config::Interface* settings = nullptr; // lives as long as the configuration given
    };

    [[nodiscard]] const std::vector<Entry>& entries() const& { return entries_; } // index is the identifier
    const std::vector<Entry>& entries() const&& = delete;
    [[nodiscard]] std::optional<std::uint32_t> id_of(const std::string& name) const;

    // The interface whose longest subnet holds `address`.
    [[nodiscard]] std::optional<std::uint32_t> on_link(const IpAddress& address) const;

private:
    std::vector<Entry> entries_;
};

} // namespace sluice::control
