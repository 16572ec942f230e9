// ICMP errors go the general way, one by one. What that will ask of memory, the session of the packet that an error
// quotes and where it leads, is asked for here over the burst. These are hints only: nothing is checked that the
// general way checks (pipelines/errors.cpp), and who is wrong waits.
#include "dataplane/wire/icmp.hpp"
#include "dataplane/wire/icmp6.hpp"
#include "pipelines/express.hpp"
#include "pipelines/express_look.hpp"

namespace sluice {
namespace {

bool is_icmp(const wire::Ipv4& ip)
{
    return ip.version_length == wire::Ipv4::version_and_plain_length && ip.protocol == V4::icmp;
}

bool is_icmp(const wire::Ipv6& ip)
{
    return ip.next_header == V6::icmp;
}

// The key of answers to the packet that is quoted, where both headers are plain and it is TCP's or UDP's.
template<class Family>
bool read_quote(ExpressItem& item)
{
    using Header = typename Family::Header;
    constexpr std::uint32_t ports = 4;
    constexpr std::size_t message_at = sizeof(Header);
    constexpr std::size_t quote_at = message_at + sizeof(wire::IcmpError);
    if (item.room < quote_at + sizeof(Header) + ports) return false;
    const auto& ip = *reinterpret_cast<const Header*>(item.ip);
    const auto& message = *reinterpret_cast<const wire::IcmpError*>(item.ip + message_at);
    if (!is_icmp(ip) || !Family::Icmp::is_error(message.type)) return false;
    const auto& quoted = *reinterpret_cast<const Header*>(item.ip + quote_at);
    typename Family::Key sent{};
    sent.source = Family::source(quoted);
    sent.destination = Family::destination(quoted);
    if constexpr (Family::family == V4::family)
        sent.protocol = quoted.protocol;
    else
        sent.protocol = quoted.next_header;
    sent.network = item.network;
    std::memcpy(&sent.source_port, item.ip + quote_at + sizeof(Header), ports);
    key_of<Family>(item) = sent.reversed();
    return true;
}

} // namespace

template<class Family>
void Express::find_quotes() noexcept
{
    ExpressLists& lists = lane_.of<Family>();
    const auto& sessions = sessions_.of<Family>();
    for (unsigned i = 0; i < lists.strays.count; ++i) {
        Item& item = lane_.items[lists.strays.at[i]];
        if (!read_quote<Family>(item)) continue;
        item.hash = sessions.hash(key_of<Family>(item));
        sessions.prefetch_bucket(item.hash);
        lists.errors.add(lists.strays.at[i]);
    }
}

template<class Family>
void Express::fetch_quoted() noexcept
{
    const ExpressList& errors = lane_.of<Family>().errors;
    const auto& sessions = sessions_.of<Family>();
    for (unsigned i = 0; i < errors.count; ++i) {
        Item& item = lane_.items[errors.at[i]];
        item.entry = sessions.candidate(item.hash);
        sessions.prefetch_entry(item.entry);
    }
}

template<class Family>
void Express::fetch_quoted_exits() noexcept
{
    const ExpressList& errors = lane_.of<Family>().errors;
    const auto& sessions = sessions_.of<Family>();
    for (unsigned i = 0; i < errors.count; ++i) {
        const Item& item = lane_.items[errors.at[i]];
        if (item.entry >= table::absent) continue;
        const auto& entry = sessions.entry(item.entry);
        Family::prefetch_route(tables_, entry.out_network, entry.new_destination);
        const std::uint64_t known = entry.next_hop.load(std::memory_order_relaxed);
        if (table::epoch_of_hop(known) == tables_.network_epochs[entry.out_network])
            prefetch_to_read(&tables_.exits[static_cast<std::uint32_t>(known)].length);
    }
}

template void Express::find_quotes<V4>() noexcept;
template void Express::find_quotes<V6>() noexcept;
template void Express::fetch_quoted<V4>() noexcept;
template void Express::fetch_quoted<V6>() noexcept;
template void Express::fetch_quoted_exits<V4>() noexcept;
template void Express::fetch_quoted_exits<V6>() noexcept;

} // namespace sluice
