// From the tree to the values of schema.hpp, section by section. Places and ranges are check_shape's business.
#pragma once

#include <filesystem>

#include "config/schema.hpp"
#include "config/tree.hpp"

namespace sluice::config {

// `folder` is what relative file names are relative to.
[[nodiscard]] Config read_sections(const Tree& root, const std::filesystem::path& folder);

void read_machine(const Tree& root, Config& config);  // node, memory, workers, ports, vlans
void read_networks(const Tree& root, Config& config); // vxlan, gtpu, tcp, networks, routes, neighbors
void read_nat(const Tree& root, Config& config);
void read_services(const Tree& root, const std::filesystem::path& folder, Config& config); // and registries
void read_bgp(const Tree& root, const std::filesystem::path& folder, Config& config);

[[nodiscard]] Backend read_backend(const TreeEntry& entry);

} // namespace sluice::config
