// A node with its files and a dataplane without packets.
#pragma once

#include <catch2/catch.hpp>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "control/node.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/control/fake_dataplane.hpp"
#include "tests/unit/control/world.hpp"

namespace sluice::control {

class NodeWorld {
public:
    explicit NodeWorld(const std::string& yaml = test::gateway_yaml)
        : node(first(yaml), Generations::open(folder.file("state")).value(), socket,
               {.want = [this](netlink::Wanted wanted) { asked.push_back(std::move(wanted)); },
                .probe = [this](const NeighborPlace& place) { probed.push_back(place); },
                .check = [this](const health::Targets& targets) { checked.push_back(targets); }})
    {
        REQUIRE(node.keep_first());
    }
    // A dataplane that was started with this text; none yet otherwise.
    void start_dataplane(const std::string& yaml = test::gateway_yaml)
    {
        dataplane = std::make_unique<test::FakeDataplane>(socket, parse_configuration(file, yaml)->settings);
        now += std::chrono::seconds(10);
        (void)node.step(now);
        REQUIRE(node.status().dataplane_connected());
    }
    Node::Outcome apply(const std::string& yaml)
    {
        write(yaml);
        return node.apply(file);
    }
    void write(const std::string& yaml) const { std::ofstream(file) << yaml; }
    [[nodiscard]] std::vector<std::string> needs_restart() const
    {
        const auto status = node.status();
        return {status.needs_restart().begin(), status.needs_restart().end()};
    }

    test::TemporaryFolder folder;
    std::string file = folder.file("gateway.yaml");
    std::string socket = folder.file("dataplane.sock");
    std::vector<netlink::Wanted> asked;
    std::vector<NeighborPlace> probed;
    std::vector<health::Targets> checked;
    Node::Clock::time_point now = Node::Clock::now();
    std::unique_ptr<test::FakeDataplane> dataplane;
    Node node;

private:
    Configuration first(const std::string& yaml) const
    {
        write(yaml);
        return read_configuration(file).value();
    }
};

inline std::string error(const Node::Outcome& outcome)
{
    REQUIRE_FALSE(outcome);
    std::string all;
    for (const Error& each : outcome.error())
        all += (all.empty() ? "" : "\n") + each.text();
    return all;
}

} // namespace sluice::control
