// The name under which Dubbo knows a service: `interface`, `group/interface`, `interface:version`,
// `group/interface:version`; here also with the protocol of its providers in front, `tri://interface`, where one
// interface is offered by several.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace sluice::config {

// Without group or version, only providers without one are meant, as for a consumer of Dubbo; "*" means any.
struct ServiceKey {
    std::string protocol; // "": any
    std::string group;
    std::string interface; // letters, digits and . _ $ -
    std::string version;

    auto operator<=>(const ServiceKey&) const = default;
};

// An error is one sentence that says what would be right.
[[nodiscard]] tl::expected<ServiceKey, std::string> parse_service_key(std::string_view text);

} // namespace sluice::config
