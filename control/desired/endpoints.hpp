// Which backends the dataplane's tables can hold beside each other. The configuration's own are checked when it is
// read; what a registry lists is judged here, one by one, because one that is refused by the dataplane would hold up
// all.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "config/schema.hpp"

namespace sluice::control {

class Endpoints {
public:
    // The configuration's own come first, whatever the services are called.
    explicit Endpoints(const config::Config& config);

    // Those of `listed` that are in use already keep their place, whatever others list. Before any fitting().
    void keep(const std::string& name, const config::Service& service, const std::vector<config::Backend>& listed,
              const std::vector<config::Backend>& programmed);

    // Those of `listed` that fit; why the first of the others does not is in `problem`, with their number.
    [[nodiscard]] std::vector<config::Backend> fitting(const std::string& name, const config::Service& service,
                                                       const std::vector<config::Backend>& listed,
                                                       std::string& problem);

private:
    using Endpoint = std::tuple<std::string, IpAddress, std::uint16_t, config::Protocol>; // network first
    struct Owner {
        std::string service;
        std::uint16_t port = 0; // of the backend: 0 and the service's port are the same endpoint
        bool operator==(const Owner&) const = default;
    };

    [[nodiscard]] std::optional<std::string> refusal(const std::string& name, const config::Service& service,
                                                     const config::Backend& backend) const;
    void claim(const std::string& name, const config::Service& service, const config::Backend& backend);

    std::map<Endpoint, Owner> owners_;
};

} // namespace sluice::control
