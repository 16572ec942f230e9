// Prefixes are the packed bytes of an address with a length behind them.
#include "dataplane/api/route_set.hpp"

#include <algorithm>

namespace sluice::api {
namespace {

using route_set::stride4;
using route_set::stride6;

std::uint64_t big_endian64(const char* bytes)
{
    std::uint64_t value = 0;
    for (unsigned i = 0; i < sizeof value; ++i)
        value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
    return value;
}

void put_big_endian(std::string& out, std::uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; ++i)
        out += static_cast<char>(value >> (56 - 8 * i));
}

Error wrong(const std::string& what)
{
    return {"learned routes", what};
}

// Of one family: `bits` of an address.
template<class KeyOf, class Groups>
Result<void> check_family(const std::string& prefixes, std::size_t stride, unsigned bits, KeyOf key_of,
                          const Groups& groups, bool grouped, int group_count)
{
    if (prefixes.size() % stride != 0) return tl::unexpected(wrong("the list of prefixes ends within one"));
    const std::size_t routes = prefixes.size() / stride;
    if (!grouped && !groups.empty())
        return tl::unexpected(wrong("next-hop groups stand beside prefixes that are to be removed"));
    if (grouped && static_cast<std::size_t>(groups.size()) != routes)
        return tl::unexpected(wrong(std::to_string(groups.size()) + " next-hop groups stand beside " +
                                    std::to_string(routes) + " prefixes"));
    for (std::size_t i = 0; i < routes; ++i) {
        const char* at = prefixes.data() + i * stride;
        const unsigned length = static_cast<std::uint8_t>(at[stride - 1]);
        if (length > bits)
            return tl::unexpected(
                wrong("the prefix length /" + std::to_string(length) + " is longer than its address"));
        const RouteKey key = key_of(at);
        const Prefix prefix = key.prefix();
        if (RouteKey::of(prefix) != key)
            return tl::unexpected(
                wrong(prefix.text() + " has host bits, " + prefix.masked().text() + " is the prefix"));
    }
    const auto unknown = std::find_if(groups.begin(), groups.end(), [&](std::uint32_t group) {
        return group >= static_cast<std::uint32_t>(group_count);
    });
    if (unknown != groups.end())
        return tl::unexpected(wrong("next-hop group " + std::to_string(*unknown) + " is not there, there are " +
                                    std::to_string(group_count)));
    return {};
}

} // namespace

RouteKey route_set::key4(const char* bytes)
{
    std::uint64_t address = 0;
    for (unsigned i = 0; i < 4; ++i)
        address = address << 8 | static_cast<std::uint8_t>(bytes[i]);
    return {address << 32, 0, static_cast<std::uint8_t>(bytes[4]), false};
}

RouteKey route_set::key6(const char* bytes)
{
    return {big_endian64(bytes), big_endian64(bytes + 8), static_cast<std::uint8_t>(bytes[16]), true};
}

void append(RouteSet& set, const RouteKey& key)
{
    std::string& out = key.is_v6 ? *set.mutable_prefixes6() : *set.mutable_prefixes4();
    put_big_endian(out, key.high, key.is_v6 ? 8 : 4);
    if (key.is_v6) put_big_endian(out, key.low, 8);
    out += static_cast<char>(key.length);
}

void append(RouteSet& set, const RouteKey& key, std::uint32_t group)
{
    append(set, key);
    if (key.is_v6)
        set.add_groups6(group);
    else
        set.add_groups4(group);
}

std::size_t count(const RouteSet& set)
{
    return set.prefixes4().size() / stride4 + set.prefixes6().size() / stride6;
}

std::optional<RouteKey> last(const RouteSet& set)
{
    const std::string& v6 = set.prefixes6();
    if (v6.size() >= stride6) return route_set::key6(v6.data() + v6.size() - stride6);
    const std::string& v4 = set.prefixes4();
    if (v4.size() >= stride4) return route_set::key4(v4.data() + v4.size() - stride4);
    return std::nullopt;
}

Address to_address(const RouteKey& key)
{
    Address out;
    out.set_address(key.prefix().address.packed());
    out.set_length(key.length);
    return out;
}

std::optional<RouteKey> key_of(const Address& address)
{
    const auto ip = IpAddress::unpack(address.address());
    if (!ip || address.length() > ip->bits()) return std::nullopt;
    const Prefix prefix{*ip, address.length()};
    if (prefix.masked() != prefix) return std::nullopt;
    return RouteKey::of(prefix);
}

Result<void> check(const RouteSet& set, bool grouped)
{
    if (auto good = check_family(set.prefixes4(), stride4, Ipv4Address::bits, route_set::key4, set.groups4(), grouped,
                                 set.groups_size());
        !good)
        return good;
    return check_family(set.prefixes6(), stride6, Ipv6Address::bits, route_set::key6, set.groups6(), grouped,
                        set.groups_size());
}

} // namespace sluice::api
