#include "config/service_key.hpp"

#include <algorithm>

namespace sluice::config {
namespace {

bool is_word_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '$' || c == '-';
}

bool is_word(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), is_word_character);
}

} // namespace

tl::expected<ServiceKey, std::string> parse_service_key(std::string_view text)
{
    ServiceKey key;
    std::string_view rest = text;
    bool good = true;
    const auto take_front = [&](std::string_view separator, std::string& into) {
        const std::size_t at = rest.find(separator);
        if (at == std::string_view::npos) return;
        into = rest.substr(0, at);
        good = good && (is_word(into) || (into == "*" && separator == "/"));
        rest.remove_prefix(at + separator.size());
    };
    take_front("://", key.protocol);
    take_front("/", key.group);
    if (const std::size_t colon = rest.find(':'); colon != std::string_view::npos) {
        key.version = rest.substr(colon + 1);
        good = good && (is_word(key.version) || key.version == "*");
        rest = rest.substr(0, colon);
    }
    key.interface = rest;
    // "." and ".." would be other nodes of ZooKeeper.
    if (good && is_word(rest) && rest != "." && rest != "..") return key;
    return tl::unexpected("'" + std::string(text.substr(0, 64)) +
                          "' is no service of Dubbo; write interface or group/interface:version, as in "
                          "com.shop.OrderGateway");
}

} // namespace sluice::config
