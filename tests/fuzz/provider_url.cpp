// Names of providers as anybody may write them into a registry, one a line.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "control/feeds/registry/providers.hpp"

namespace sluice::control::registry {
namespace {

void must(bool holds)
{
    if (!holds) std::abort();
}

bool is_printable(const std::string& text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::string encoded(const std::string& text)
{
    constexpr const char* hexadecimal = "0123456789abcdef";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        out += {'%', hexadecimal[byte >> 4], hexadecimal[byte & 15]};
    }
    return out;
}

// Twice encoded where Dubbo does so: values inside the URL, then all of it.
std::string written(const Provider& provider)
{
    const std::string address = provider.address.text();
    const std::string host = provider.address.is_v4() ? address : "[" + address + "]";
    std::string url = provider.protocol + "://" + host + ":" + std::to_string(provider.port) +
                      "/x?weight=" + std::to_string(provider.weight) +
                      "&disabled=" + (provider.disabled ? "true" : "false");
    url += "&interface=" + encoded(provider.interface) + "&group=" + encoded(provider.group) +
           "&version=" + encoded(provider.version);
    return encoded(url);
}

void check(const std::string& name)
{
    const auto provider = parse_provider_url(name);
    if (!provider) {
        must(!provider.error().empty() && provider.error().size() < 512 && is_printable(provider.error()));
        return;
    }
    must(provider->port != 0 && provider->weight <= 65'535);
    for (const std::string& word : {provider->protocol, provider->interface, provider->group, provider->version})
        must(is_printable(word) && word.size() <= 255);
    const std::string again = written(*provider);
    if (again.size() > longest_provider_url) return;
    const auto same = parse_provider_url(again);
    must(same && same->address == provider->address && same->port == provider->port);
    must(same->weight == provider->weight && same->disabled == provider->disabled);
    must(same->interface == provider->interface && same->group == provider->group &&
         same->version == provider->version);
}

} // namespace
} // namespace sluice::control::registry

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace sluice::control::registry;
    std::vector<std::string> names(1);
    for (std::size_t i = 0; i < size; ++i) {
        if (data[i] == '\n')
            names.emplace_back();
        else
            names.back() += static_cast<char>(data[i]);
    }
    for (const std::string& name : names)
        check(name);
    const Providers all = read_providers("com.foo.Bar", names);
    must(all.good.size() + all.skipped <= names.size());
    must((all.skipped == 0) == all.first_skipped.empty());
    return 0;
}
