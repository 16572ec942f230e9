#include "tests/scenario/worlds.hpp"

namespace sluice::test {

std::string direct_node()
{
    std::string yaml = one_node;
    const std::string first = "services:\n";
    const std::string last = "routes:\n";
    const std::size_t start = yaml.find(first) + first.size();
    return yaml.replace(start, yaml.find(last) - start, R"(  order:
    address: 203.0.113.80
    ports: [443/tcp, 443/udp]
    network: shop
    forward: direct
    backends: [{address: 10.1.0.31}, {address: 10.1.0.32}]
  order6:
    address: "2001:db8:f::80"
    ports: [443/tcp]
    network: shop
    forward: direct
    backends: [{address: "2001:db8:1::31"}]
  ring:
    address: 203.0.113.82
    ports: [443/tcp, 443/udp]
    network: shop
    forward: direct
    sessions: false
    backends: [{address: 10.1.0.31}, {address: 10.1.0.32}]
  ring6:
    address: "2001:db8:f::82"
    ports: [443/tcp]
    network: shop
    forward: direct
    sessions: false
    backends: [{address: "2001:db8:1::31"}]
)");
}

} // namespace sluice::test
