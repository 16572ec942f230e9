#include "config/registry_file.hpp"

#include <set>

#include "config/keys.hpp"
#include "config/reader.hpp"
#include "config/sections.hpp"
#include "config/shape.hpp"
#include "config/version.hpp"

namespace sluice::config {
namespace {

void report_twins(const TreeEntry& service, const RegistryFile& file, const Places& places,
                  std::vector<PlacedError>& errors)
{
    std::set<std::pair<IpAddress, std::uint16_t>> seen;
    const std::vector<Backend>& backends = file.services.at(service.key);
    for (std::size_t i = 0; i < backends.size(); ++i) {
        const std::string path = "services." + service.key + "[" + std::to_string(i) + "]";
        if (!seen.emplace(backends[i].address, backends[i].port).second)
            errors.push_back(
                {places.mark(path),
                 {places.text(path), backends[i].address.text() + " is there twice with the same port; list it once"}});
    }
}

} // namespace

tl::expected<RegistryFile, std::vector<Error>> load_registry_text(const std::string& text, const std::string& name)
{
    const auto root = parse_yaml(text, name);
    if (!root) return tl::unexpected(root.error());
    Places places(name);
    std::vector<PlacedError> errors;
    if (auto wrong = version_problem(*root, name)) errors.push_back(std::move(*wrong));
    for (ShapeError& wrong : check_shape(*root, registry_keys(), places))
        errors.push_back(std::move(wrong.placed));
    if (!errors.empty()) return tl::unexpected(in_order(std::move(errors)));

    RegistryFile file;
    for (const TreeEntry& service : entries(*root, "services")) {
        std::vector<Backend>& backends = file.services[service.key];
        for (const TreeEntry& backend : service.value.entries)
            backends.push_back(read_backend(backend));
        report_twins(service, file, places, errors);
    }
    if (!errors.empty()) return tl::unexpected(in_order(std::move(errors)));
    return file;
}

tl::expected<RegistryFile, std::vector<Error>> load_registry_file(const std::string& path)
{
    const Result<std::string> text = read_text_file(path);
    if (!text) return tl::unexpected(std::vector<Error>{text.error()});
    return load_registry_text(*text, path);
}

} // namespace sluice::config
