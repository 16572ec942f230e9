// A configuration with everything in it, and changes to its text.
//
//   edge ── internet            fabric ── hosts of virtual machines 10.20.0.11, .12
//   n3 (VLAN of fabric) ── radio side 10.30.0.9
#pragma once

#include <string>

#include "config/schema.hpp"
#include "control/describe.hpp"
#include "control/desired/desired.hpp"

namespace sluice::test {

extern const char* const gateway_yaml;

// `text` with its first `from` replaced; there must be one.
[[nodiscard]] std::string with(std::string text, const std::string& from, const std::string& to);

// Throws with all errors when there are any. Places in it start with "gateway.yaml".
[[nodiscard]] config::Config load(const std::string& yaml);

// What a node wants whose kernel and registries are these, and what it then programs.
class Wanting {
public:
    explicit Wanting(const std::string& yaml)
        : config(load(yaml))
    {
    }

    [[nodiscard]] control::Desired desired() const
    {
        return control::desired({.config = config,
                                 .file_name = "gateway.yaml",
                                 .registries = registries,
                                 .kernel = kernel,
                                 .programmed = programmed,
                                 .learned_next_hops = learned_next_hops,
                                 .judgements = judgements});
    }
    void program()
    {
        control::Desired wanted = desired();
        programmed = std::move(wanted.objects);
        judgements.former = std::move(wanted.services);
    }

    config::Config config;
    std::map<std::string, std::optional<control::registry::Services>> registries;
    control::KernelState kernel;
    std::set<control::NeighborPlace> learned_next_hops;
    control::ObjectSet programmed;
    control::Judgements judgements;
};

// The objects as `sluicectl diff` would show them to a node that holds nothing.
[[nodiscard]] std::vector<std::string> lines(const control::ObjectSet& objects);
[[nodiscard]] bool has_line(const control::ObjectSet& objects, const std::string& line);

} // namespace sluice::test
