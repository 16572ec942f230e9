#include "config/scalars.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <limits>
#include <optional>

namespace sluice::config {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

constexpr std::array<Unit, 3> count_units{{{"", 1}, {"k", 1'000}, {"M", 1'000'000}}};
constexpr std::array<Unit, 3> byte_units{{{"KiB", 1ULL << 10}, {"MiB", 1ULL << 20}, {"GiB", 1ULL << 30}}};
constexpr std::array<Unit, 4> time_units{{{"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

tl::unexpected<std::string> wrong(std::string_view text, std::string_view what)
{
    return tl::unexpected<std::string>("'" + std::string(text) + "' " + std::string(what));
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// A number with a leading zero is octal to some readers and decimal to others, so it is neither here.
bool looks_octal(std::string_view digits)
{
    return digits.size() > 1 && digits[0] == '0' && is_digit(digits[1]);
}

tl::unexpected<std::string> octal(std::string_view text)
{
    const std::size_t first = std::min(text.find_first_not_of('0'), text.size() - 1);
    return wrong(text, "starts with a zero, which some read as octal; write " + std::string(text.substr(first)));
}

struct Digits {
    std::uint64_t number = 0;
    std::string_view rest;
};

std::optional<Digits> leading_digits(std::string_view text, int base = 10)
{
    Digits digits;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), digits.number, base);
    if (error != std::errc{}) return std::nullopt;
    digits.rest = text.substr(static_cast<std::size_t>(end - text.data()));
    return digits;
}

std::optional<std::uint64_t> product(std::uint64_t a, std::uint64_t b)
{
    if (a != 0 && b > std::numeric_limits<std::uint64_t>::max() / a) return std::nullopt;
    return a * b;
}

// A number directly followed by one of the units.
template<std::size_t N>
std::optional<std::uint64_t> with_unit(std::string_view text, const std::array<Unit, N>& units)
{
    const auto digits = leading_digits(text);
    if (!digits) return std::nullopt;
    const auto unit = std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == digits->rest; });
    return unit == units.end() ? std::nullopt : product(digits->number, unit->factor);
}

bool all_digits(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// "2h4m": units in falling order, each at most once.
std::optional<std::uint64_t> sum_of_times(std::string_view text)
{
    constexpr std::uint64_t longest = 1'000ULL * 86'400 * 366 * 100; // a century: sums stay far from overflow
    std::uint64_t sum = 0;
    std::size_t next_unit = 0;
    while (!text.empty()) {
        const auto digits = leading_digits(text);
        if (!digits || looks_octal(text)) return std::nullopt;
        const std::string_view name =
            digits->rest.substr(0, std::min(digits->rest.size(), digits->rest.find_first_of("0123456789")));
        while (next_unit < time_units.size() && time_units[next_unit].name != name)
            ++next_unit;
        if (next_unit == time_units.size()) return std::nullopt;
        const auto part = product(digits->number, time_units[next_unit].factor);
        if (!part || *part > longest) return std::nullopt;
        sum += *part;
        ++next_unit;
        text = digits->rest.substr(name.size());
    }
    return sum;
}

std::optional<std::uint16_t> port_number(std::string_view text)
{
    const auto digits = leading_digits(text);
    if (!digits || !digits->rest.empty() || looks_octal(text)) return std::nullopt;
    if (digits->number == 0 || digits->number > 65'535) return std::nullopt;
    return static_cast<std::uint16_t>(digits->number);
}

struct Run {
    unsigned first = 0;
    unsigned last = 0;
};

std::optional<Run> run_of_cores(std::string_view text)
{
    constexpr unsigned most_cores = 1'024;
    const std::size_t dash = text.find('-');
    const std::string_view first = text.substr(0, dash);
    const std::string_view last = dash == std::string_view::npos ? first : text.substr(dash + 1);
    if (!all_digits(first) || !all_digits(last) || looks_octal(first) || looks_octal(last)) return std::nullopt;
    const auto low = leading_digits(first);
    const auto high = leading_digits(last);
    if (!low || !high || low->number > high->number || high->number >= most_cores) return std::nullopt;
    return Run{static_cast<unsigned>(low->number), static_cast<unsigned>(high->number)};
}

} // namespace

Scalar<std::uint64_t> parse_count(std::string_view text)
{
    if (looks_octal(text)) return octal(text);
    if (const auto count = with_unit(text, count_units)) return *count;
    return wrong(text, "is not a count; write digits, with k for thousands or M for millions");
}

Scalar<std::uint64_t> parse_identifier(std::string_view text)
{
    if (looks_octal(text)) return octal(text);
    const bool hexadecimal = text.substr(0, 2) == "0x";
    const auto digits = hexadecimal ? leading_digits(text.substr(2), 16) : leading_digits(text);
    if (digits && digits->rest.empty()) return digits->number;
    return wrong(text, "is not a number; write it in decimal, or in hexadecimal as 0x1001");
}

Scalar<std::uint64_t> parse_bytes(std::string_view text)
{
    if (all_digits(text)) return wrong(text, "has no unit; write KiB, MiB or GiB behind it, as in 8GiB");
    if (looks_octal(text)) return octal(text);
    if (const auto bytes = with_unit(text, byte_units)) return *bytes;
    return wrong(text, "is not a size; write a number with KiB, MiB or GiB, as in 8GiB");
}

Scalar<std::chrono::milliseconds> parse_duration(std::string_view text)
{
    if (all_digits(text)) return wrong(text, "has no unit; write ms, s, m or h behind it, as in 300ms or 2h4m");
    if (looks_octal(text)) return octal(text);
    if (const auto sum = sum_of_times(text); sum && !text.empty()) return std::chrono::milliseconds(*sum);
    return wrong(text, "is not a duration; write it as 300ms, 10s or 2h4m");
}

Scalar<bool> parse_boolean(std::string_view text)
{
    if (text == "true") return true;
    if (text == "false") return false;
    return wrong(text, "is not a truth value; write true or false");
}

Scalar<std::vector<unsigned>> parse_cores(std::string_view text)
{
    std::vector<unsigned> cores;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t comma = std::min(text.find(',', begin), text.size());
        const auto run = run_of_cores(text.substr(begin, comma - begin));
        if (!run) return wrong(text, "is not a list of cores; write \"1\", \"2-7\" or \"1,4-6\"");
        for (unsigned core = run->first; core <= run->last; ++core) {
            if (std::find(cores.begin(), cores.end(), core) != cores.end())
                return wrong(text, "names core " + std::to_string(core) + " twice; name each core once");
            cores.push_back(core);
        }
        begin = comma + 1;
    }
    return cores;
}

Scalar<std::pair<std::uint16_t, std::uint16_t>> parse_port_range(std::string_view text)
{
    const std::size_t dash = text.find('-');
    if (dash != std::string_view::npos) {
        const auto first = port_number(text.substr(0, dash));
        const auto last = port_number(text.substr(dash + 1));
        if (first && last && *first <= *last) return std::pair{*first, *last};
    }
    return wrong(text, "is not a range of ports; write the lower and the higher one, as in 1024-65535");
}

Scalar<ServicePort> parse_service_port(std::string_view text)
{
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos)
        return wrong(text, "names no protocol; write it behind the port, as in 443/tcp");
    const auto port = port_number(text.substr(0, slash));
    const std::string_view protocol = text.substr(slash + 1);
    if (port && protocol == "tcp") return ServicePort{*port, Protocol::tcp};
    if (port && protocol == "udp") return ServicePort{*port, Protocol::udp};
    return wrong(text, "is not a service port; write 1..65535 with /tcp or /udp, as in 443/tcp");
}

Scalar<Community> parse_community(std::string_view text)
{
    constexpr std::array<std::string_view, 4> well_known{"no-export", "no-advertise", "graceful-shutdown", "blackhole"};
    if (std::find(well_known.begin(), well_known.end(), text) != well_known.end())
        return Community{std::string(text), false};
    const auto mistaken = wrong(text, "is not a community; write two numbers up to 65535 as 64512:100, three up to "
                                      "4294967295 as 4200000001:1:2, or one of no-export, no-advertise, "
                                      "graceful-shutdown, blackhole");
    std::vector<std::uint64_t> parts;
    for (std::string_view rest = text; parts.size() < 4;) {
        if (looks_octal(rest)) return mistaken;
        const auto digits = leading_digits(rest);
        if (!digits) return mistaken;
        parts.push_back(digits->number);
        rest = digits->rest;
        if (rest.empty()) break;
        if (rest[0] != ':') return mistaken;
        rest.remove_prefix(1);
    }
    const bool large = parts.size() == 3;
    const std::uint64_t most = large ? 0xFFFF'FFFF : 0xFFFF; // RFC 8092 section 3, RFC 1997
    const auto fits = [&](std::uint64_t part) { return part <= most; };
    if ((!large && parts.size() != 2) || !std::all_of(parts.begin(), parts.end(), fits)) return mistaken;
    return Community{std::string(text), large};
}

Scalar<HostPort> parse_host_port(std::string_view text)
{
    const auto allowed = [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
    };
    const std::size_t colon = std::min(text.rfind(':'), text.size());
    const auto port = port_number(text.substr(std::min(colon + 1, text.size())));
    std::string_view host = text.substr(0, colon);
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    const bool good = bracketed ? Ipv6Address::parse(host).has_value()
                                : !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), allowed);
    if (good && port) return HostPort{std::string(host), *port};
    return wrong(text, "is not host:port; write it as zk1:2181, 10.0.0.5:2181 or [2001:db8::5]:2181");
}

// The port follows the last colon; an IPv6 address stands in brackets, or nobody could tell where it ends.
Scalar<ListenAddress> parse_listen_address(std::string_view text)
{
    const std::size_t colon = text.rfind(':');
    if (colon != std::string_view::npos) {
        std::string_view host = text.substr(0, colon);
        const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
        if (bracketed) host = host.substr(1, host.size() - 2);
        const auto address = IpAddress::parse(host);
        const auto port = port_number(text.substr(colon + 1));
        if (address && port && address->is_v4() != bracketed) return ListenAddress{*address, *port};
    }
    return wrong(text, "is not an address with a port; write it as 127.0.0.1:9469");
}

Scalar<IpAddress> parse_address(std::string_view text)
{
    if (const auto address = IpAddress::parse(text)) return *address;
    return wrong(text, "is not an address; write it as 10.1.0.31 or 2001:db8::31");
}

Scalar<Ipv4Address> parse_ipv4(std::string_view text)
{
    if (const auto address = Ipv4Address::parse(text)) return *address;
    return wrong(text, "is not an IPv4 address; write it as 203.0.113.10");
}

Scalar<Prefix> parse_interface_address(std::string_view text)
{
    if (const auto prefix = Prefix::parse(text)) return *prefix;
    const std::size_t slash = text.find('/');
    const auto address = IpAddress::parse(text.substr(0, slash));
    if (!address) return wrong(text, "is not a prefix; write it as 10.1.0.0/24 or 2001:db8::/64");
    const std::string longest = "/" + std::to_string(address->bits());
    if (slash == std::string_view::npos) return wrong(text, "has no length; write one behind it, at most " + longest);
    if (all_digits(text.substr(slash + 1)) && !looks_octal(text.substr(slash + 1)))
        return wrong(text, "is longer than " + longest);
    return wrong(text, "has no proper length; write a number up to " + longest.substr(1) + " behind the slash");
}

Scalar<Prefix> parse_prefix(std::string_view text)
{
    auto prefix = parse_interface_address(text);
    if (prefix && prefix->masked() != *prefix)
        return wrong(text, "has bits behind its length; write " + prefix->masked().text());
    return prefix;
}

Scalar<MacAddress> parse_mac(std::string_view text)
{
    const auto mac = MacAddress::parse(text);
    if (!mac) return wrong(text, "is not a MAC address; write six pairs as in \"52:54:00:00:01:31\"");
    if ((mac->bytes[0] & 1) != 0)
        return wrong(text, "is a group address; the first pair of one machine's address is even");
    if (*mac == MacAddress{}) return wrong(text, "is nobody's address; write the machine's own");
    return *mac;
}

std::string duration_text(std::chrono::milliseconds duration)
{
    auto rest = static_cast<std::uint64_t>(duration.count());
    std::string text;
    for (const Unit& unit : time_units) {
        if (rest / unit.factor > 0) text += std::to_string(rest / unit.factor) + std::string(unit.name);
        rest %= unit.factor;
    }
    return text.empty() ? "0s" : text;
}

std::string bytes_text(std::uint64_t bytes)
{
    const auto fits = [&](const Unit& unit) { return bytes % unit.factor == 0; };
    const auto unit = std::find_if(byte_units.rbegin(), byte_units.rend(), fits);
    if (bytes == 0 || unit == byte_units.rend()) return std::to_string(bytes) + " bytes";
    return std::to_string(bytes / unit->factor) + std::string(unit->name);
}

std::string rounded_bytes_text(std::uint64_t bytes)
{
    const auto fits = [&](const Unit& unit) { return bytes >= unit.factor; };
    const auto unit = std::find_if(byte_units.rbegin(), byte_units.rend(), fits);
    if (unit == byte_units.rend()) return std::to_string(bytes) + " bytes";
    const std::uint64_t tenths = (bytes * 10 + unit->factor / 2) / unit->factor;
    std::string text = std::to_string(tenths / 10);
    if (tenths % 10 != 0) text += "." + std::to_string(tenths % 10);
    return text + " " + std::string(unit->name);
}

} // namespace sluice::config
