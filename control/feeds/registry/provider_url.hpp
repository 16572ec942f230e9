// One provider as Dubbo registers it by interface: the name of a node below /dubbo/INTERFACE/providers is the URL of
// the provider, percent-encoded (RFC 3986 section 2.1):
//
//   dubbo%3A%2F%2F10.0.0.5%3A20880%2Fcom.foo.Bar%3Fgroup%3Dblue%26version%3D1.0.0%26weight%3D200
//   dubbo://10.0.0.5:20880/com.foo.Bar?group=blue&version=1.0.0&weight=200
//
// Whoever may write to the registry writes these names: nothing about them is trusted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "dataplane/base/address.hpp"

namespace sluice::control::registry {

struct Provider {
    std::string protocol; // "dubbo", "tri", ...
    IpAddress address;
    std::uint16_t port = 0;
    std::uint32_t weight = 100;
    std::string interface; // empty: the URL does not say
    std::string group;
    std::string version;
    bool disabled = false; // known and not to be used
};

// Longer names are refused unread; Dubbo's own have a few hundred characters.
inline constexpr std::size_t longest_provider_url = 8'192;

// An error is one sentence fragment about what is wrong; it quotes at most a few characters of the name.
[[nodiscard]] tl::expected<Provider, std::string> parse_provider_url(std::string_view name);

} // namespace sluice::control::registry
