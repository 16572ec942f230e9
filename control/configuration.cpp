// One read serves the check, the digest and the copy that is kept, so that all three speak of the same bytes.
#include "control/configuration.hpp"

#include <filesystem>

#include "config/loader.hpp"
#include "config/tree.hpp"

namespace sluice::control {

tl::expected<Configuration, Errors> read_configuration(const std::string& path)
{
    std::error_code error;
    const std::filesystem::path absolute = std::filesystem::absolute(path, error);
    if (error) return tl::unexpected(Errors{{path, error.message()}});
    auto text = config::read_text_file(absolute);
    if (!text) return tl::unexpected(Errors{text.error()});
    return parse_configuration(absolute.lexically_normal(), std::move(*text));
}

tl::expected<Configuration, Errors> parse_configuration(std::string path, std::string text)
{
    auto loaded = config::load_text(text, path);
    if (!loaded) return tl::unexpected(std::move(loaded.error()));
    return Configuration{std::move(path), std::move(text), std::move(loaded->config), std::move(loaded->warnings)};
}

} // namespace sluice::control
