#include "config/loader.hpp"

#include <filesystem>

#include "config/check.hpp"
#include "config/digest.hpp"
#include "config/keys.hpp"
#include "config/sections.hpp"
#include "config/shape.hpp"
#include "config/version.hpp"

namespace sluice::config {
namespace {

std::vector<std::string> misshapen_sections(const std::vector<ShapeError>& errors)
{
    std::vector<std::string> sections;
    for (const ShapeError& wrong : errors)
        if (wrong.value_lost) sections.push_back(wrong.section);
    return sections;
}

} // namespace

tl::expected<Loaded, std::vector<Error>> load_text(const std::string& text, const std::string& name)
{
    const auto root = parse_yaml(text, name);
    if (!root) return tl::unexpected(root.error());
    Places places(name);
    std::vector<ShapeError> misshapen = check_shape(*root, gateway_keys(), places);
    if (auto wrong = version_problem(*root, name)) misshapen.push_back({*wrong, "version"});

    Loaded loaded;
    loaded.config = read_sections(*root, std::filesystem::path(name).parent_path());
    loaded.config.digest = digest(text);
    Findings findings = check(loaded.config, places, misshapen_sections(misshapen));
    for (const Error& warning : in_order(std::move(findings.warnings)))
        loaded.warnings.push_back(warning.text());

    std::vector<PlacedError> errors = std::move(findings.errors);
    for (ShapeError& wrong : misshapen)
        errors.push_back(std::move(wrong.placed));
    if (!errors.empty()) return tl::unexpected(in_order(std::move(errors)));
    return loaded;
}

tl::expected<Loaded, std::vector<Error>> load_file(const std::string& path)
{
    const Result<std::string> text = read_text_file(path);
    if (!text) return tl::unexpected(std::vector<Error>{text.error()});
    return load_text(*text, path);
}

} // namespace sluice::config
