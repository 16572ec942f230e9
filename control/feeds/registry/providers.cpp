// A provider that comes back after a crash is there twice until its old session ends, so an endpoint may be listed more
// than once. What the listings say differently is contradictory: the first name in order counts.
#include "control/feeds/registry/providers.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace sluice::control::registry {
namespace {

using Endpoint = std::tuple<IpAddress, std::uint16_t, std::string, std::string, std::string>;

Endpoint endpoint_of(const Provider& provider)
{
    return {provider.address, provider.port, provider.protocol, provider.group, provider.version};
}

std::string text_of(const Provider& provider)
{
    const std::string host = provider.address.is_v4() ? provider.address.text() : "[" + provider.address.text() + "]";
    return host + ":" + std::to_string(provider.port);
}

bool means(const std::string& wanted, const std::string& given)
{
    return wanted == "*" || wanted == given;
}

} // namespace

Providers read_providers(const std::string& interface, std::vector<std::string> names)
{
    std::sort(names.begin(), names.end()); // ZooKeeper has no order
    Providers out;
    std::map<Endpoint, std::size_t> seen;
    const auto skip = [&](const std::string& why) {
        if (out.skipped++ == 0) out.first_skipped = interface + ": " + why;
    };
    for (const std::string& name : names) {
        auto provider = parse_provider_url(name);
        if (!provider) {
            skip(provider.error());
        } else if (!provider->interface.empty() && provider->interface != interface) {
            skip(text_of(*provider) + " provides another interface");
        } else if (out.good.size() == most_providers) {
            skip("more than 65535 providers");
        } else if (const auto [first, is_new] = seen.try_emplace(endpoint_of(*provider), out.good.size()); is_new) {
            out.good.push_back(std::move(*provider));
        } else if (const Provider& other = out.good[first->second];
                   other.weight != provider->weight || other.disabled != provider->disabled) {
            skip(text_of(*provider) + " is there twice and differs; the first in the order of names counts");
        }
    }
    return out;
}

std::vector<config::Backend> backends_for(const config::ServiceKey& key, const std::vector<Provider>& providers)
{
    std::vector<config::Backend> backends;
    for (const Provider& provider : providers) {
        const bool is_meant = means(key.group, provider.group) && means(key.version, provider.version) &&
                              (key.protocol.empty() || key.protocol == provider.protocol);
        if (is_meant) backends.push_back({provider.address, provider.port, provider.disabled ? 0 : provider.weight, 0});
    }
    return backends;
}

} // namespace sluice::control::registry
