// Decoding and judging. A URL is refused as a whole at its first fault: half a provider is none.
#include "control/feeds/registry/provider_url.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>

namespace sluice::control::registry {
namespace {

constexpr std::uint32_t most_weight = 65'535; // of a backend in the configuration as well
constexpr std::size_t longest_word = 255;

std::string quote(std::string_view text)
{
    constexpr std::size_t shown = 48;
    std::string out = "'";
    for (const char c : text.substr(0, shown))
        out += c > ' ' && c <= '~' && c != '\'' ? c : '?';
    return out + (text.size() > shown ? "...'" : "'");
}

tl::unexpected<std::string> wrong(std::string_view what, std::string_view text, std::string_view right)
{
    return tl::unexpected(std::string(what) + " " + quote(text) + " " + std::string(right));
}

std::optional<unsigned> hex(char c)
{
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    return std::nullopt;
}

tl::expected<std::string, std::string> decode(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        const auto high = i + 2 < text.size() ? hex(text[i + 1]) : std::nullopt;
        const auto low = high ? hex(text[i + 2]) : std::nullopt;
        if (!low) return wrong("the escape", text.substr(i, 3), "is not % and two hexadecimal digits");
        out += static_cast<char>(*high * 16 + *low);
        i += 2;
    }
    return out;
}

std::optional<std::uint32_t> number(std::string_view text, std::uint32_t most)
{
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole && value <= most ? std::optional(value) : std::nullopt;
}

bool is_printable_word(std::string_view text)
{
    return text.size() <= longest_word &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

// Dubbo keeps other things beside providers, and writes `empty` for "there is none".
bool is_no_provider(std::string_view protocol)
{
    constexpr std::array<std::string_view, 7> others{"consumer", "override", "route", "condition",
                                                     "tag",      "empty",    "admin"};
    return std::find(others.begin(), others.end(), protocol) != others.end();
}

// No machine on the network has one of these: a provider that registers 127.0.0.1 is misconfigured.
bool is_nobodys(const IpAddress& address)
{
    static const std::array nobodys{*Prefix::parse("0.0.0.0/8"),   *Prefix::parse("127.0.0.0/8"),
                                    *Prefix::parse("224.0.0.0/3"), *Prefix::parse("::/127"),
                                    *Prefix::parse("ff00::/8"),    *Prefix::parse("fe80::/10")};
    return std::any_of(nobodys.begin(), nobodys.end(), [&](const Prefix& prefix) { return prefix.contains(address); });
}

// "10.0.0.5:20880", "[2001:db8::5]:20880", with "user:password@" in front, which is of no use here.
tl::expected<void, std::string> read_authority(std::string_view text, Provider& provider)
{
    if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) text.remove_prefix(at + 1);
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || text.ends_with(']')) return wrong("the host", text, "has no port");
    std::string_view host = text.substr(0, colon);
    const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    const auto address = IpAddress::parse(host);
    if (!address || address->is_v4() == bracketed)
        return wrong("the host", text.substr(0, colon),
                     "is not an address; names are not looked up, and IPv6 stands in brackets");
    if (is_nobodys(*address)) return wrong("the host", host, "is no address of a machine on the network");
    const auto port = number(text.substr(colon + 1), 65'535);
    if (!port || *port == 0) return wrong("the port", text.substr(colon + 1), "is not within 1..65535");
    provider.address = *address;
    provider.port = static_cast<std::uint16_t>(*port);
    return {};
}

tl::expected<void, std::string> read_parameter(std::string_view key, std::string_view value, Provider& provider)
{
    if (key == "weight") {
        const auto weight = number(value, most_weight);
        if (!weight) return wrong("the weight", value, "is not within 0..65535");
        provider.weight = *weight;
    } else if (key == "disabled" || key == "enabled") {
        if (value != "true" && value != "false") return wrong(key, value, "is neither true nor false");
        provider.disabled |= (value == "true") == (key == "disabled");
    } else if (key == "group" || key == "version" || key == "interface") {
        if (!is_printable_word(value))
            return wrong("the " + std::string(key), value, "is not a word of at most 255 characters");
        std::string& into = key == "group" ? provider.group : key == "version" ? provider.version : provider.interface;
        into = key == "version" && value == "0.0.0" ? "" : value; // Dubbo's way to write none
    }
    return {};
}

// Values are encoded once more inside the URL; keys that we read never are.
tl::expected<void, std::string> read_parameters(std::string_view text, Provider& provider)
{
    std::set<std::string_view> seen;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('&'), text.size());
        const std::string_view pair = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::size_t equals = std::min(pair.find('='), pair.size());
        const std::string_view key = pair.substr(0, equals);
        if (!key.empty() && !seen.insert(key).second) return wrong("the parameter", key, "is there twice");
        const auto value = decode(pair.substr(std::min(equals + 1, pair.size())));
        if (!value) return tl::unexpected(value.error());
        if (auto read = read_parameter(key, *value, provider); !read) return read;
    }
    return {};
}

} // namespace

tl::expected<Provider, std::string> parse_provider_url(std::string_view name)
{
    if (name.size() > longest_provider_url)
        return wrong("the name", name, "has " + std::to_string(name.size()) + " characters; 8192 are read");
    const auto decoded = decode(name);
    if (!decoded) return tl::unexpected(decoded.error());
    std::string_view url = *decoded;
    const std::size_t colon = url.find("://");
    if (colon == std::string_view::npos || colon == 0) return wrong("the name", url, "is not a URL with a protocol");
    Provider provider;
    provider.protocol = url.substr(0, colon);
    if (!is_printable_word(provider.protocol)) return wrong("the protocol", provider.protocol, "is not a word");
    if (is_no_provider(provider.protocol)) return wrong("the protocol", provider.protocol, "is not that of a provider");
    url.remove_prefix(colon + 3);
    const std::size_t question = std::min(url.find('?'), url.size());
    const std::string_view place = url.substr(0, question);
    if (auto read = read_authority(place.substr(0, place.find('/')), provider); !read)
        return tl::unexpected(read.error());
    if (auto read = read_parameters(url.substr(std::min(question + 1, url.size())), provider); !read)
        return tl::unexpected(read.error());
    return provider;
}

} // namespace sluice::control::registry
