// The providers of one interface, as their folder in ZooKeeper lists them: what each name means, and what is refused.
#pragma once

#include <string>
#include <vector>

#include "config/schema.hpp"
#include "config/service_key.hpp"
#include "control/feeds/registry/provider_url.hpp"

namespace sluice::control::registry {

struct Providers {
    std::vector<Provider> good;
    std::uint64_t skipped = 0;
    std::string first_skipped; // with its reason
};

// The rest is skipped: more than the dataplane's ring can hold.
inline constexpr std::size_t most_providers = 65'535;

[[nodiscard]] Providers read_providers(const std::string& interface, std::vector<std::string> names);

// Those that `key` means; one that is disabled has the weight 0, so that it keeps its flows.
[[nodiscard]] std::vector<config::Backend> backends_for(const config::ServiceKey& key,
                                                        const std::vector<Provider>& providers);

} // namespace sluice::control::registry
