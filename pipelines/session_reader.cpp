#include "pipelines/session_reader.hpp"

#include <rte_cycles.h>

#include "pipelines/lifetime.hpp"

namespace sluice {
namespace {

constexpr std::uint32_t everything = ~std::uint32_t{0};

std::uint16_t host(std::uint16_t raw_port)
{
    return wire::Be16::from_raw(raw_port).host();
}

const table::Service* service_with(const table::Snapshot& tables, std::uint32_t id)
{
    for (const table::Service& service : tables.services)
        if (service.id == id) return &service;
    return nullptr;
}

// One session in one family, as the filter and the answer need it.
template<class Family>
class View {
public:
    using Table = table::SessionTable<typename Family::Key>;

    View(Table& table, std::uint32_t pair, const table::Snapshot& tables)
        : forward_(table.entry(2 * pair))
        , reverse_(table.entry(2 * pair + 1))
        , cold_(table.cold(2 * pair))
        , tables_(tables)
    {
    }

    bool matches(const api::SessionFilter& filter) const
    {
        if (filter.protocol() != 0 && filter.protocol() != forward_.key.protocol) return false;
        if (!filter.network().empty() && filter.network() != table::network_name(tables_, forward_.key.network) &&
            filter.network() != table::network_name(tables_, forward_.out_network))
            return false;
        if (filter.port() != 0 && !has_port(filter.port())) return false;
        if (!filter.address().empty() && !has_address(filter.address())) return false;
        return filter.service().empty() || service_name() == filter.service();
    }

    void write(api::Session& out, std::uint32_t now, std::uint64_t ticks_per_s) const
    {
        out.set_network(table::network_name(tables_, forward_.key.network));
        out.set_protocol(forward_.key.protocol);
        out.set_source(packed(forward_.key.source));
        out.set_source_port(host(forward_.key.source_port));
        out.set_destination(packed(forward_.key.destination));
        out.set_destination_port(host(forward_.key.destination_port));
        out.set_out_network(table::network_name(tables_, forward_.out_network));
        out.set_new_source(packed(forward_.new_source));
        out.set_new_source_port(host(forward_.new_source_port));
        out.set_new_destination(packed(forward_.new_destination));
        out.set_new_destination_port(host(forward_.new_destination_port));
        write_counters(out);
        write_age(out, now, ticks_per_s);
        out.set_service(service_name());
        for (const table::Pool& pool : tables_.pools)
            if (pool.serial == cold_.pool) out.set_pool(pool.name);
    }

private:
    static std::string packed(const typename Family::Address& address) { return Family::value(address).packed(); }

    bool has_port(std::uint32_t port) const
    {
        return host(forward_.key.source_port) == port || host(forward_.key.destination_port) == port ||
               host(forward_.new_source_port) == port || host(forward_.new_destination_port) == port;
    }

    bool has_address(const std::string& address) const
    {
        return packed(forward_.key.source) == address || packed(forward_.key.destination) == address ||
               packed(forward_.new_source) == address || packed(forward_.new_destination) == address;
    }

    std::string service_name() const
    {
        const table::Service* service = service_with(tables_, cold_.service);
        return service == nullptr ? std::string{} : service->name;
    }

    void write_counters(api::Session& out) const
    {
        out.set_packets_forward(forward_.packets.load(std::memory_order_relaxed));
        out.set_packets_reverse(reverse_.packets.load(std::memory_order_relaxed));
        out.set_bytes_forward(forward_.bytes.load(std::memory_order_relaxed));
        out.set_bytes_reverse(reverse_.bytes.load(std::memory_order_relaxed));
    }

    void write_age(api::Session& out, std::uint32_t now, std::uint64_t ticks_per_s) const
    {
        const std::uint32_t idle = std::min(now - forward_.last_seen.load(std::memory_order_relaxed),
                                            now - reverse_.last_seen.load(std::memory_order_relaxed));
        const auto idle_s = static_cast<std::uint32_t>(idle / ticks_per_s);
        const Lifetime life = lifetime(forward_.key.protocol, forward_.tcp_flags_seen.load(std::memory_order_relaxed),
                                       reverse_.tcp_flags_seen.load(std::memory_order_relaxed), tables_.settings);
        out.set_state(std::string(life.state));
        out.set_idle_s(idle_s);
        out.set_expires_s(life.timeout_s > idle_s ? life.timeout_s - idle_s : 0);
    }

    const table::Entry<typename Family::Key>& forward_;
    const table::Entry<typename Family::Key>& reverse_;
    const table::Cold& cold_;
    const table::Snapshot& tables_;
};

template<class Family>
void add_sessions(translate::Sessions& sessions, const api::SessionFilter& filter, unsigned limit,
                  const table::Snapshot& tables, std::uint64_t tsc_hz, api::Sessions& answer)
{
    auto& table = sessions.of<Family>();
    const std::uint32_t now = table.tick(rte_rdtsc());
    const std::uint64_t ticks_per_s = table.tick(tsc_hz);
    table.scan(0, everything, [&](std::uint32_t pair) {
        const View<Family> view(table, pair, tables);
        if (!view.matches(filter)) return;
        answer.set_total(answer.total() + 1);
        if (limit == 0 || static_cast<unsigned>(answer.sessions_size()) < limit)
            view.write(*answer.add_sessions(), now, ticks_per_s);
    });
}

using Totals = std::unordered_map<std::uint32_t, BackendTotals>;

template<class Family>
void add_live(translate::Sessions& sessions, Totals& totals)
{
    auto& table = sessions.of<Family>();
    table.scan(0, everything, [&](std::uint32_t pair) {
        const std::uint32_t backend = table.cold(2 * pair).backend;
        if (backend == table::no_owner) return;
        BackendTotals& row = totals[backend];
        ++row.flows;
        for (const std::uint32_t entry : {2 * pair, 2 * pair + 1}) {
            row.packets += table.entry(entry).packets.load(std::memory_order_relaxed);
            row.bytes += table.entry(entry).bytes.load(std::memory_order_relaxed);
        }
    });
}

void add_without_sessions(const std::vector<Traffic*>& workers, const table::Service& service, Totals& totals)
{
    for (const table::Backend& backend : service.backends) {
        BackendTotals& row = totals[backend.id];
        for (Traffic* worker : workers) {
            const KnownBackend& count = worker->backend(backend.id);
            row.packets += count.packets.load(std::memory_order_relaxed);
            row.bytes += count.bytes.load(std::memory_order_relaxed);
        }
    }
}

// How many of the ring's slots each backend has.
std::vector<double> shares_of(const table::Service& service)
{
    std::vector<double> shares(service.backends.size());
    if (service.ring == nullptr || service.ring->empty()) return shares;
    const double slot = 1.0 / static_cast<double>(service.ring->size());
    for (const std::uint16_t member : *service.ring)
        shares[member] += slot;
    return shares;
}

void write(api::ServiceStats& out, const table::Service& service, const table::Snapshot& tables, const Totals& totals)
{
    out.set_name(service.name);
    out.set_address(service.address.packed());
    out.set_network(table::network_name(tables, service.network));
    out.set_forward(service.direct ? api::DIRECT : api::DNAT);
    out.set_stateless(service.stateless);
    out.set_source(service.source);
    const std::vector<double> shares = shares_of(service);
    for (std::size_t i = 0; i < service.backends.size(); ++i) {
        const table::Backend& backend = service.backends[i];
        const auto found = totals.find(backend.id);
        const BackendTotals row = found == totals.end() ? BackendTotals{} : found->second;
        api::BackendStats& stats = *out.add_backends();
        stats.set_address(backend.address.packed());
        stats.set_port(host(backend.port));
        stats.set_weight(backend.weight);
        stats.set_share(shares[i]);
        stats.set_flows(row.flows);
        stats.set_packets(row.packets);
        stats.set_bytes(row.bytes);
        out.set_flows(out.flows() + row.flows);
        out.set_packets(out.packets() + row.packets);
        out.set_bytes(out.bytes() + row.bytes);
    }
}

// Ports of each service, found by its index.
std::unordered_map<std::uint32_t, std::vector<api::ServicePort>> ports_of(const table::Snapshot& tables)
{
    std::unordered_map<std::uint32_t, std::vector<api::ServicePort>> ports;
    tables.service_of.for_each([&](const table::AddressKey& key, const table::ServiceTarget& target) {
        api::ServicePort port;
        port.set_port(host(key.port));
        port.set_protocol(key.protocol);
        ports[target.service].push_back(port);
    });
    return ports;
}

} // namespace

void SessionReader::sessions(const api::SessionFilter& filter, unsigned limit, const table::Snapshot& tables,
                             api::Sessions& answer)
{
    add_sessions<V4>(sessions_, filter, limit, tables, tsc_hz_, answer);
    add_sessions<V6>(sessions_, filter, limit, tables, tsc_hz_, answer);
}

void SessionReader::services(const table::Snapshot& tables, api::Services& answer)
{
    Totals totals = ageing_.ended();
    add_live<V4>(sessions_, totals);
    add_live<V6>(sessions_, totals);
    for (const table::Service& service : tables.services)
        if (service.stateless) add_without_sessions(workers_, service, totals);
    const auto ports = ports_of(tables);
    for (std::size_t i = 0; i < tables.services.size(); ++i) {
        api::ServiceStats& out = *answer.add_services();
        write(out, tables.services[i], tables, totals);
        const auto found = ports.find(static_cast<std::uint32_t>(i));
        if (found == ports.end()) continue;
        for (const api::ServicePort& port : found->second)
            *out.add_ports() = port;
    }
}

} // namespace sluice
