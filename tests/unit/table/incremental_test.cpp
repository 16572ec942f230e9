// Transactions that change a little at a time end at the tables that one transaction of everything makes, sessions that
// remember hops are told when they must ask again, and older snapshots stay as they were.
#include <catch2/catch.hpp>

#include <map>
#include <random>

#include "dataplane/table/build/row_map_store.hpp"
#include "tests/support/bytes.hpp"
#include "tests/unit/table/programming.hpp"

namespace sluice::table {
namespace {

using namespace sluice::test;

constexpr std::uint16_t networks = 3;
constexpr std::array<std::uint64_t, 3> flows{0, 0x5555'5555'5555'5555, ~std::uint64_t{0}}; // their hashes

std::uint32_t find_hop(const Snapshot& tables, std::uint16_t network, const IpAddress& address, std::uint64_t flow)
{
    const Target target = tables.routes.find4(network, address.v4().value);
    if (target == none) return none;
    const std::uint32_t hop = tables.pick(target, flow);
    if (hop == none || tables.hops.at(hop).kind != Hop::Kind::on_link) return hop;
    const std::uint32_t* neighbor = tables.neighbors.find(key_of(tables.hops.at(hop).interface, address));
    return neighbor == nullptr ? hop : *neighbor;
}

std::string link_text(const Snapshot& tables, std::uint32_t number)
{
    const Hop& hop = tables.hops.at(number);
    const Adjacency& to = tables.adjacencies.at(hop.index);
    return std::to_string(static_cast<int>(hop.kind)) + " if" + std::to_string(hop.interface) + " " +
           to.gateway.text() + " " + to.destination.text();
}

std::string exit_text(const Exit& exit)
{
    return " exit " + to_hex(ByteSpan(exit.bytes)) + " " + std::to_string(exit.length) + "/" +
           std::to_string(exit.outer) + " mtu " + std::to_string(exit.mtu) + " port " + std::to_string(exit.port);
}

// All that a packet would meet, but for numbers that may differ: those of hops and counters.
std::string way_text(const Snapshot& tables, std::uint32_t number)
{
    if (number == none) return "none";
    const Hop& hop = tables.hops.at(number);
    if (!hop.is_tunnel()) return link_text(tables, number) + exit_text(tables.exits.at(number));
    const Tunnel& tunnel = tables.tunnels.at(hop.index);
    const FarEnd& far_end = tables.far_ends.at(tunnel.far_end);
    std::string text = "tunnel " + std::to_string(tunnel.id) + " of " + std::to_string(tunnel.network) + " to " +
                       far_end.remote.text() + exit_text(tables.exits.at(number)) + " under";
    if (far_end.underlay == none) return text + " nothing";
    tables.any_hop(far_end.underlay, [&](std::uint32_t under) {
        text += " " + link_text(tables, under);
        return false;
    });
    return text;
}

std::vector<std::string> addresses()
{
    std::vector<std::string> result{"192.0.2.1", "10.9.7.7"};
    for (const char* start : {"10.0.0.", "10.9.0.", "10.1.0."})
        for (int last = 1; last <= 6; ++last)
            result.push_back(start + std::to_string(last));
    return result;
}

template<class Visit>
void each_flow(Visit&& visit)
{
    for (std::uint16_t network = 0; network < networks; ++network)
        for (const std::string& address : addresses())
            for (const std::uint64_t flow : flows)
                visit(network, *IpAddress::parse(address), flow);
}

std::vector<std::string> text_of(const Snapshot& tables)
{
    std::vector<std::string> rows;
    each_flow([&](std::uint16_t network, const IpAddress& address, std::uint64_t flow) {
        rows.push_back(std::to_string(network) + " " + address.text() + " " +
                       way_text(tables, find_hop(tables, network, address, flow)));
    });
    for (std::uint32_t teid = 1; teid <= 6; ++teid) {
        const GtpuTerminus* terminus = tables.teids.find(teid);
        rows.push_back(terminus == nullptr ? "no teid" : "teid in " + std::to_string(terminus->network));
    }
    std::size_t used = 0;
    for (std::uint32_t hop = 0; hop < tables.hops.size(); ++hop)
        used += tables.hops.at(hop).kind != Hop::Kind::unused ? 1 : 0;
    rows.push_back(std::to_string(used) + " hops, " + std::to_string(tables.neighbors.size()) + " neighbours, " +
                   std::to_string(tables.teids.size()) + " teids");
    return rows;
}

// What sessions remember, as the pipelines store it.
class Sessions {
public:
    void look(const Snapshot& tables)
    {
        each_flow([&](std::uint16_t network, const IpAddress& address, std::uint64_t flow) {
            const std::uint32_t hop = find_hop(tables, network, address, flow);
            auto& known = known_[{network, address, flow}];
            if (known.epoch == tables.network_epochs[network])
                CHECK(way_text(tables, known.hop) == way_text(tables, hop));
            known = {tables.network_epochs[network], hop};
        });
    }

private:
    struct Known {
        std::uint32_t epoch = 0;
        std::uint32_t hop = none;
    };
    std::map<std::tuple<std::uint16_t, IpAddress, std::uint64_t>, Known> known_;
};

class Weather {
public:
    explicit Weather(std::uint32_t seed)
        : random_(seed)
    {
    }
    unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }

    // An object of those that come and go.
    api::Object object()
    {
        switch (below(6)) {
        case 0:
            return neighbor("10.0.0." + last(), below(2) == 0 ? "52:54:00:00:00:01" : "52:54:00:00:00:02", below(2));
        case 1:
            return gtpu_tunnel(1 + below(6), 1 + below(2), "100.64.0.7", below(3));
        case 2:
            return link_route(below(networks), below(2) == 0 ? "0.0.0.0/0" : "10.9.0.0/16");
        case 3:
            return link_route(below(networks), "10.0.0.0/24");
        case 4:
            return link_route(0, "10.9.0." + last() + "/32");
        default:
            return tunnel_route();
        }
    }

    // Learned: prefixes that objects have as well, among others.
    RouteKey learned_prefix()
    {
        static const std::array<const char*, 4> wide{"0.0.0.0/0", "10.9.0.0/16", "10.0.0.0/24", "10.0.0.0/8"};
        const std::string text = below(2) == 0 ? wide[below(4)] : "10.9.0." + last() + "/32";
        return RouteKey::of(*Prefix::parse(text));
    }
    api::RouteGroup learned_group()
    {
        api::RouteGroup group;
        *group.mutable_hops() = link_route(0, "0.0.0.0/0").route().hops();
        group.set_source("bgp");
        return group;
    }

private:
    std::string last() { return std::to_string(1 + below(6)); }
    std::string remote() { return (below(2) == 0 ? "10.0.0." : "10.9.0.") + last(); }

    // Via one or several gateways, on link, or unreachable.
    api::Object link_route(unsigned network, const std::string& prefix)
    {
        api::Object object = route(network, prefix);
        for (unsigned hops = below(4); hops-- > 0;) {
            api::NextHop& hop = *object.mutable_route()->add_hops();
            hop.set_interface(below(2));
            hop.set_weight(below(3));
            if (below(3) != 0) hop.set_gateway(packed("10.0.0." + last()));
        }
        return object;
    }
    api::Object tunnel_route()
    {
        const unsigned network = below(networks);
        const std::string prefix = network == 0 ? "10.0.0." + last() + "/32" : "10.1.0." + last() + "/32";
        api::Object object = route_vxlan(network, prefix, remote(), 4097 + below(2));
        if (below(3) == 0)
            object.mutable_route()->mutable_hops(0)->mutable_vxlan()->set_mac(packed_mac("52:54:00:00:00:09"));
        if (below(3) != 0) return object;
        api::NextHop& hop = *object.mutable_route()->add_hops();
        hop.mutable_gtpu()->set_peer(packed(remote()));
        hop.mutable_gtpu()->set_teid(1 + below(4));
        return object;
    }

    std::mt19937 random_;
};

api::Transaction step(Weather& weather, Programming& at)
{
    api::Transaction transaction = at.transaction({});
    const api::Programmed programmed = at.model.programmed();
    for (const api::Object& object : programmed.objects()) {
        const bool stays = object.has_settings() || object.has_network();
        if (!stays && weather.below(5) == 0) *transaction.add_remove() = object;
    }
    for (unsigned count = weather.below(6); count-- > 0;)
        *transaction.add_upsert() = weather.object();
    for (unsigned count = weather.below(4); count-- > 0;) {
        const auto group = static_cast<std::uint32_t>(transaction.upsert_routes().groups_size());
        *transaction.mutable_upsert_routes()->add_groups() = weather.learned_group();
        api::append(*transaction.mutable_upsert_routes(), weather.learned_prefix(), group);
    }
    const api::Programmed learned = at.model.programmed(nullptr);
    api::for_each_route(learned.learned(), [&](const RouteKey& key, std::uint32_t) {
        if (weather.below(6) == 0) api::append(*transaction.mutable_remove_routes(), key);
    });
    if (weather.below(8) == 0) *transaction.add_upsert() = settings(weather.below(2) == 0 ? "10.0.0.1" : "10.0.0.77");
    if (weather.below(8) == 0) *transaction.add_upsert() = network(1, 4097, weather.below(2) == 0 ? 1450 : 1200);
    return transaction;
}

} // namespace

TEST_CASE("tables that were changed step by step are those that are made at once")
{
    for (const std::uint32_t seed : {1U, 2U, 3U, 4U}) {
        Weather weather(seed);
        Limits limits;
        limits.tunnels = 12; // now and then too few
        Programming at(limits);
        Sessions sessions;
        REQUIRE(at.put({settings(), network(1, 4097), network(2)}) == "");
        std::unique_ptr<const Snapshot> older;
        std::vector<std::string> older_text;
        for (int i = 0; i < 150; ++i) {
            auto next = at.model.apply(step(weather, at));
            if (!next || weather.below(10) == 0) continue; // refused, or never published
            older = std::move(at.tables);
            older_text = text_of(*older);
            at.tables = std::move(*next);
            at.model.commit();
            sessions.look(*at.tables);

            Programming fresh;
            const api::Programmed programmed = at.model.programmed(nullptr);
            api::Transaction all = fresh.transaction({programmed.objects().begin(), programmed.objects().end()});
            *all.mutable_upsert_routes() = programmed.learned();
            REQUIRE(fresh.send(all) == "");
            INFO("seed " << seed << ", step " << i);
            REQUIRE(text_of(*at.tables) == text_of(*fresh.tables));
            REQUIRE(text_of(*older) == older_text);
        }
    }
}

TEST_CASE("a route of one network lets the sessions of the others stand")
{
    Programming at;
    REQUIRE(at.put({network(1), network(2), route_via(0, "10.0.0.0/24", ""), route_via(2, "10.0.0.0/24", "", 1),
                    neighbor("10.0.0.9", "52:54:00:00:00:09")}) == "");
    const auto epochs = at.tables->network_epochs;
    REQUIRE(at.put({route_via(1, "192.0.2.0/24", "10.0.0.9")}) == "");
    CHECK(at.tables->network_epochs[0] == epochs[0]);
    CHECK(at.tables->network_epochs[1] != epochs[1]);
    CHECK(at.tables->network_epochs[2] == epochs[2]);

    REQUIRE(at.put({neighbor("10.0.0.7", "52:54:00:00:00:07")}) == ""); // where network 0 is on link
    CHECK(at.tables->network_epochs[0] != epochs[0]);
    CHECK(at.tables->network_epochs[2] == epochs[2]);

    const auto before = at.tables->network_epochs;
    const auto* exit = &at.tables->exits.at(find_hop(*at.tables, 1, *IpAddress::parse("192.0.2.1"), 0));
    const Bytes bytes(exit->bytes.begin(), exit->bytes.end());
    REQUIRE(at.put({neighbor("10.0.0.9", "52:54:00:00:00:0a")}) == ""); // it moved: no session has to ask
    for (std::uint16_t id = 0; id < networks; ++id)
        CHECK(at.tables->network_epochs[id] == before[id]);
    exit = &at.tables->exits.at(find_hop(*at.tables, 1, *IpAddress::parse("192.0.2.1"), 0));
    CHECK(Bytes(exit->bytes.begin(), exit->bytes.end()) != bytes);
}

TEST_CASE("what a session remembers of one process's routes another one does not know")
{
    Programming one;
    Programming other;
    for (Programming* at : {&one, &other})
        REQUIRE(at->put({network(1), route_via(0, "10.0.0.0/24", "")}) == "");
    for (std::size_t id = 0; id < 2; ++id) {
        CHECK(one.tables->network_epochs[id] > 1);
        CHECK(one.tables->network_epochs[id] != other.tables->network_epochs[id]); // but for once in two billion
    }
}

TEST_CASE("what a transaction does not touch is shared with the snapshot before it")
{
    Programming at;
    REQUIRE(at.put({network(1), route_via(0, "0.0.0.0/0", "10.0.0.9"), neighbor("10.0.0.9", "52:54:00:00:00:09"),
                    service(1, "198.51.100.80", 443, 1, {"10.1.0.31"})}) == "");
    const auto before = std::move(at.tables);
    REQUIRE(at.put({route_via(0, "192.0.2.0/24", "10.0.0.9")}) == "");
    CHECK(&at.tables->exits[0] == &before->exits[0]); // the new route leads to a hop that is there
    CHECK(at.tables->services.begin() == before->services.begin());
    CHECK(at.tables->networks.begin() == before->networks.begin());
    CHECK(at.tables->service_of.find(key_of(0, *IpAddress::parse("198.51.100.80"), 0xBB01, 6)) ==
          before->service_of.find(key_of(0, *IpAddress::parse("198.51.100.80"), 0xBB01, 6)));
}

TEST_CASE("a tunnel takes 256 bytes or less, header, ends, TEID and one worker's counters together")
{
    constexpr unsigned count = 32'700; // as full as a million is
    Limits limits;
    limits.tunnels = count;
    Programming at(limits);
    std::vector<api::Object> objects{settings(), network(1)};
    for (unsigned i = 0; i < count; ++i) {
        const std::string phone = Ipv4Address{0x0A800000 + i}.text();
        objects.push_back(gtpu_tunnel(i + 1, 1, phone, i + 1));
        api::Object way = route(1, phone + "/32");
        way.mutable_route()->add_hops()->mutable_gtpu()->set_peer(packed("10.0.0.9"));
        way.mutable_route()->mutable_hops(0)->mutable_gtpu()->set_teid(i + 1);
        objects.push_back(way);
    }
    REQUIRE(at.put(objects) == "");
    constexpr std::size_t counters = 32; // Traffic::Count of each worker
    CHECK(at.model.tunnel_bytes() / count + counters <= 256);
}

TEST_CASE("rows that come and go leave a map as any other")
{
    RowMapStore<NeighborRow> store;
    std::map<std::uint32_t, std::uint32_t> oracle;
    std::mt19937 random(7);
    const auto key = [](std::uint32_t number) { return key_of(1, Ipv4Address{number}); };
    for (int i = 0; i < 20'000; ++i) {
        const auto number = static_cast<std::uint32_t>(random() % 600);
        if (random() % 2 == 0) {
            store.put(key(number), number + 1);
            oracle[number] = number + 1;
        } else {
            store.erase(key(number));
            oracle.erase(number);
        }
        if (i % 1'000 != 0) continue;
        const RowMap<NeighborRow> map = store.publish();
        REQUIRE(map.size() == oracle.size());
        for (std::uint32_t each = 0; each < 600; ++each) {
            const std::uint32_t* found = map.find(key(each));
            REQUIRE((found != nullptr) == oracle.contains(each));
            if (found != nullptr) REQUIRE(*found == oracle.at(each));
        }
    }
}

} // namespace sluice::table
