#include "pipelines/nat/outbound.hpp"

#include "dataplane/wire/tcp.hpp"

namespace sluice::nat {
namespace {

bool holds(const table::NatRule& rule, std::uint32_t address)
{
    const std::uint32_t mask =
        rule.source.length == 0 ? 0 : ~std::uint32_t{0} << (Ipv4Address::bits - rule.source.length);
    return ((address ^ rule.source.address.v4().value) & mask) == 0;
}

Drop drop_of(table::PortRefusal refusal)
{
    switch (refusal) {
    case table::PortRefusal::subscriber_limit:
        return Drop::subscriber_limit;
    case table::PortRefusal::protocol_without_ports:
        return Drop::protocol_untranslatable;
    case table::PortRefusal::pool_exhausted:
    case table::PortRefusal::subscribers_exhausted:
        break;
    }
    return Drop::pool_exhausted;
}

} // namespace

std::uint64_t subscriber_of(const table::FlowKey4& key) noexcept
{
    return std::uint64_t{key.network} << 32 | wire::Be32::from_raw(key.source).host();
}

const table::NatRule* find_rule(const table::Snapshot& tables, std::uint16_t network, V4::Address source) noexcept
{
    if (network >= tables.nat_rules.size()) return nullptr;
    const std::uint32_t address = wire::Be32::from_raw(source).host();
    for (const table::NatRule& rule : tables.nat_rules[network])
        if (holds(rule, address)) return &rule;
    return nullptr;
}

Verdict may_begin(const Packet& packet) noexcept
{
    if (!packet.has_ports) return Verdict::drop(Drop::protocol_untranslatable);
    if (packet.protocol == wire::IpProtocol::tcp) {
        const bool opens = packet.at<wire::Tcp>(packet.l4)->is_opening();
        return opens ? Verdict::next() : Verdict::drop(Drop::tcp_without_session);
    }
    if (packet.protocol != V4::icmp) return Verdict::next();
    const bool request = packet.at<wire::IcmpEcho>(packet.l4)->type == V4::Icmp::echo_request;
    return request ? Verdict::next() : Verdict::drop(Drop::no_session);
}

tl::expected<table::Lease, Drop> take_source(table::PortBlocks& pool, TranslationOf<V4>& action,
                                             std::uint32_t attempt) noexcept
{
    const auto lease = pool.take(subscriber_of(action.key), action.key.protocol, attempt);
    if (!lease) return tl::unexpected(drop_of(lease.error()));
    set_source(action, wire::Be32{lease->address}.raw(), wire::Be16{lease->port}.raw());
    action.out_network = table::public_network;
    return *lease;
}

} // namespace sluice::nat
