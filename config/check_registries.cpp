// Rules about registries, and about what services ask of them.
#include <algorithm>
#include <set>

#include "config/check_support.hpp"
#include "config/registry_file.hpp"
#include "config/rules.hpp"
#include "config/scalars.hpp"
#include "config/service_key.hpp"

namespace sluice::config {
namespace {

void check_file(const Registry& registry, const std::string& path, Findings& findings)
{
    const auto file = load_registry_file(registry.file);
    if (file) return;
    for (const Error& wrong : file.error())
        findings.error(path + ".file", wrong.text());
}

// A path as ZooKeeper takes it: from the root, without empty parts, `.` and `..`.
bool is_node_path(const std::string& path)
{
    if (path == "/") return true;
    if (path.empty() || path.front() != '/' || path.back() == '/') return false;
    for (std::size_t at = 0; at < path.size();) {
        const std::size_t next = std::min(path.find('/', at + 1), path.size());
        const std::string part = path.substr(at + 1, next - at - 1);
        if (part.empty() || part == "." || part == "..") return false;
        at = next;
    }
    return true;
}

void check_zookeeper(const Registry& registry, const std::string& path, Findings& findings)
{
    std::set<std::string> seen;
    for (std::size_t i = 0; i < registry.zookeeper.size(); ++i)
        if (!seen.insert(registry.zookeeper[i]).second)
            findings.error(item(path + ".zookeeper", i), registry.zookeeper[i] + " is there twice; list it once");
    if (!is_node_path(registry.root))
        findings.error(path + ".root", "'" + registry.root + "' is not a node of ZooKeeper; write it as /dubbo");
}

void check_service_in_file(const Service& service, const std::string& path, const Registry& registry,
                           Findings& findings)
{
    const auto file = load_registry_file(registry.file);
    if (file && !file->services.contains(service.registry_service))
        findings.warning(path, "'" + service.registry_service + "' is not in " + registry.file + " now");
}

} // namespace

void check_registries(const Config& config, Findings& findings)
{
    for (const auto& [name, registry] : config.registries) {
        const std::string path = "registries." + name;
        if (registry.file.empty() == registry.zookeeper.empty())
            findings.error(path, "has to be of one kind; write either 'file' or 'zookeeper'");
        else if (registry.zookeeper.empty())
            check_file(registry, path, findings);
        else
            check_zookeeper(registry, path, findings);
    }
}

void check_registry_services(const Config& config, Findings& findings)
{
    for (const auto& [name, service] : config.services) {
        const auto registry = config.registries.find(service.registry);
        if (registry == config.registries.end()) continue;
        const std::string path = "services." + name + ".backends.service";
        if (registry->second.zookeeper.empty())
            check_service_in_file(service, path, registry->second, findings);
        else if (const auto key = parse_service_key(service.registry_service); !key)
            findings.error(path, key.error());
    }
}

} // namespace sluice::config
