#include "config/value.hpp"

#include <algorithm>
#include <array>

#include "config/scalars.hpp"

namespace sluice::config {
namespace {

using Problem = std::optional<std::string>;

std::string quote(std::string_view text)
{
    return "'" + std::string(text) + "'";
}

// YAML 1.1 reads these as truth values and YAML 1.2 as texts; unquoted they mean different things to different people.
bool looks_boolean(std::string_view text)
{
    constexpr std::array<std::string_view, 12> words{"yes", "Yes", "YES", "no",  "No",  "NO",
                                                     "on",  "On",  "ON",  "off", "Off", "OFF"};
    return std::find(words.begin(), words.end(), text) != words.end();
}

bool has_word(std::string_view words, std::string_view text)
{
    while (!words.empty()) {
        const std::size_t bar = std::min(words.find('|'), words.size());
        if (words.substr(0, bar) == text) return true;
        words.remove_prefix(std::min(bar + 1, words.size()));
    }
    return false;
}

Problem out_of_range(const Key& key, std::string_view text, std::uint64_t value)
{
    if (value >= key.least && value <= key.most) return std::nullopt;
    if (key.least == key.most) return quote(text) + " is not " + range_text(key);
    return quote(text) + " is out of range; write " + range_text(key);
}

template<class Parsed>
Problem plain(const Parsed& parsed)
{
    return parsed ? std::nullopt : Problem(parsed.error());
}

Problem number(const Key& key, std::string_view text, const Scalar<std::uint64_t>& parsed)
{
    return parsed ? out_of_range(key, text, *parsed) : Problem(parsed.error());
}

Problem duration(const Key& key, std::string_view text)
{
    const auto parsed = parse_duration(text);
    return parsed ? out_of_range(key, text, static_cast<std::uint64_t>(parsed->count())) : Problem(parsed.error());
}

Problem text_length(const Key& key, std::string_view text)
{
    if (text.size() >= key.least && text.size() <= key.most) return std::nullopt;
    return quote(text.substr(0, 64)) + " has " + std::to_string(text.size()) + " characters; write " + range_text(key);
}

Problem ipv4_prefix(std::string_view text)
{
    const auto prefix = parse_prefix(text);
    if (prefix && !prefix->address.is_v4()) return quote(text) + " is not IPv4; write a prefix as 203.0.113.64/28";
    return plain(prefix);
}

// Where an address stands for one machine, one that never does is a slip.
template<class Address>
Problem one_machine(std::string_view text, const Scalar<Address>& parsed)
{
    static const std::array nobodys{*Prefix::parse("0.0.0.0/8"), *Prefix::parse("127.0.0.0/8"),
                                    *Prefix::parse("224.0.0.0/3"), *Prefix::parse("::/127"),
                                    *Prefix::parse("ff00::/8")};
    if (!parsed) return parsed.error();
    const auto contains = [&](const Prefix& prefix) { return prefix.contains(*parsed); };
    const auto found = std::find_if(nobodys.begin(), nobodys.end(), contains);
    if (found == nobodys.end()) return std::nullopt;
    return quote(text) + " is in " + found->text() +
           " and no address of a machine on the network; write a unicast address";
}

Problem typed(const Key& key, std::string_view text)
{
    switch (key.type) {
    case Type::text:
    case Type::interface_name:
        return text_length(key, text);
    case Type::name:
        return name_problem(text) ? name_problem(text) : text_length(key, text);
    case Type::choice:
        return quote(text) + " is not known here; write one of " + range_text(key);
    case Type::boolean:
        return plain(parse_boolean(text));
    case Type::count:
        return number(key, text, parse_count(text));
    case Type::identifier:
        return number(key, text, parse_identifier(text));
    case Type::bytes:
        return number(key, text, parse_bytes(text));
    case Type::duration:
        return duration(key, text);
    case Type::address:
        return one_machine(text, parse_address(text));
    case Type::ipv4_address:
        return one_machine(text, parse_ipv4(text));
    case Type::interface_address:
        return plain(parse_interface_address(text));
    case Type::prefix:
        return plain(parse_prefix(text));
    case Type::ipv4_prefix:
        return ipv4_prefix(text);
    case Type::mac:
        return plain(parse_mac(text));
    case Type::port_range:
        return plain(parse_port_range(text));
    case Type::service_port:
        return plain(parse_service_port(text));
    case Type::host_port:
        return plain(parse_host_port(text));
    case Type::cores:
        return plain(parse_cores(text));
    case Type::community:
        return plain(parse_community(text));
    case Type::listen_address:
        return plain(parse_listen_address(text));
    }
    return std::nullopt;
}

bool is_text(Type type)
{
    return type == Type::text || type == Type::name || type == Type::interface_name;
}

} // namespace

Problem value_problem(const Key& key, const Tree& scalar)
{
    if (has_word(key.words, scalar.text)) return std::nullopt;
    const bool is_bare_text = is_text(key.type) && !scalar.quoted;
    if (is_bare_text && looks_boolean(scalar.text))
        return quote(scalar.text) + " is a truth value to some readers of YAML; put it in quotes if it is a name";
    return typed(key, scalar.text);
}

Problem name_problem(std::string_view name)
{
    constexpr std::size_t longest = 255;
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.';
    };
    const bool is_well_begun = !name.empty() && name[0] != '.' && name[0] != '-'; // no file's ".." and no option
    if (is_well_begun && name.size() <= longest && std::all_of(name.begin(), name.end(), allowed)) return std::nullopt;
    return quote(name.substr(0, 64)) +
           " is not a name; write letters, digits, '-', '_' and '.', and neither '-' nor '.' first";
}

std::string value_words(const Key& key)
{
    const std::string range = range_text(key);
    const std::string name(type_name(key.type));
    const bool is_plural = key.type == Type::boolean || key.type == Type::cores;
    const std::string article = is_plural                                                    ? ""
                                : std::string_view("aiI").find(name[0]) != std::string::npos ? "an "
                                                                                             : "a ";
    return article + name + (range.empty() ? "" : " (" + range + ")");
}

} // namespace sluice::config
