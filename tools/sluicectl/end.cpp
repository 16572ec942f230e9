#include "tools/sluicectl/end.hpp"

#include <charconv>
#include <optional>

namespace sluice::ctl {
namespace {

std::optional<std::uint32_t> port_number(std::string_view text)
{
    std::uint16_t port{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return port;
}

std::optional<End> end_of(std::string_view text)
{
    if (const auto plain = IpAddress::parse(std::string(text))) return End{*plain};
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    const auto address = IpAddress::parse(std::string(host));
    const auto port = port_number(text.substr(colon + 1));
    if (!address || !port) return std::nullopt;
    return End{*address, *port, true};
}

} // namespace

tl::expected<End, Trouble> read_end(const std::string& text)
{
    if (const auto end = end_of(text)) return *end;
    return trouble(Exit::usage, "'" + text + "' is no address; write 10.1.0.31, 10.1.0.31:8443 or [2001:db8::1]:443");
}

} // namespace sluice::ctl
