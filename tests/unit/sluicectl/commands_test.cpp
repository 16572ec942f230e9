// The commands that read, against processes that answer what a test says: what is printed, and the exit code.
#include <algorithm>
#include <fstream>

#include "dataplane/base/address.hpp"
#include "tests/unit/sluicectl/commands_world.hpp"
#include "tools/sluicectl/json.hpp"

namespace sluice::ctl {

using namespace sluice::test;

namespace {

api::Reply drops(std::uint64_t received)
{
    api::Reply reply;
    api::Drops& drops = *reply.mutable_drops();
    api::Reason& reason = *drops.add_drops();
    reason.set_name("vni_unknown");
    reason.set_stage("vxlan");
    reason.set_meaning("no network has this VNI");
    reason.set_mend("add it");
    reason.set_packets(1'200);
    drops.mutable_law()->set_received(received);
    drops.mutable_law()->set_dropped(1'200);
    *drops.add_workers()->mutable_law() = drops.law();
    return reply;
}

} // namespace

TEST_CASE("status shows each process, and only the dataplane's silence is an exit code")
{
    World world;
    CHECK(exit_of(world.run({"status"})) == 3);
    api::Reply status;
    status.mutable_status()->mutable_hello()->set_node("gw1");
    status.mutable_status()->set_sessions(7);
    status.mutable_status()->set_session_limit(65'536);
    for (const unsigned high_water : {40U, 60U}) {
        api::TableUse& pool = *status.mutable_status()->add_tables();
        pool.set_table("pool_blocks");
        pool.set_name("pool" + std::to_string(high_water));
        pool.set_limit(100);
        pool.set_high_water(high_water);
    }
    status.mutable_status()->add_warnings("no\x1b[31m hugepages");
    world.dataplane({{api::STATUS, status}});
    const Outcome alone = world.run({"status"});
    CHECK(exit_of(alone) == 0);
    CHECK(contains(alone->out, "node gw1, running 0 s"));
    CHECK(contains(alone->out, "sessions 7 of 65,536"));
    CHECK(contains(alone->out, "table      pool_blocks pool60: 0 of 100, at most 60 so far\n"));
    CHECK_FALSE(contains(alone->out, "pool40")); // far from full
    CHECK(contains(alone->out, "control process never connected"));
    CHECK(contains(alone->out, "warning    no?[31m hugepages"));
    CHECK(contains(alone->out, "control    does not answer: " + world.folder.file("control.sock")));

    api::Reply control;
    control.mutable_control_status()->set_error("transaction refused");
    control.mutable_control_status()->add_needs_restart("ports.fabric.queues 4 → 8");
    control.mutable_control_status()->set_trial("configuration 7 is on trial");
    control.mutable_control_status()->set_confirm_left_s(41);
    world.control({{api::STATUS, control}});
    const Outcome both = world.run({"status"});
    CHECK(contains(both->out, "trial      configuration 7 is on trial, 41 s left\n"));
    CHECK(contains(both->out, "error      transaction refused\nrestart    needed for ports.fabric.queues 4 → 8\n"));
    const Json json = Json::parse(world.run({"status", "--json"})->out);
    CHECK(json["dataplane"]["sessions"] == 7);
    CHECK(json["control"]["error"] == "transaction refused");
}

TEST_CASE("drops are told with what to do, and the law is audited on request")
{
    World world;
    api::Reply kept;
    world.dataplane({{api::DROPS, drops(1'200)}, {api::LAST_DROPS, kept}});
    CHECK(exit_of(world.run({"drops"})) == 3); // an answer to another question is none
    kept.mutable_last_drops()->add_drops()->set_reason("vni_unknown");
    kept.mutable_last_drops()->mutable_drops(0)->set_stage("vxlan");
    kept.mutable_last_drops()->mutable_drops(0)->set_interface("fabric");
    world.dataplane({{api::DROPS, drops(1'200)}, {api::LAST_DROPS, kept}});
    const Outcome told = world.run({"drops"});
    REQUIRE(told);
    CHECK(contains(told->out, "vni_unknown  vxlan  fabric    1,200  "));
    CHECK(contains(told->out, "no network has this VNI → add it"));
    CHECK(contains(told->out, "drops 1,200 + punted 0 + consumed 0 + held 0   balanced"));
    CHECK(exit_of(world.run({"drops", "--check"})) == 0);

    world.dataplane({{api::DROPS, drops(1'201)}});
    const Outcome unbalanced = world.run({"drops", "--check"});
    CHECK(exit_of(unbalanced) == 1);
    CHECK(contains(unbalanced->complaint, "worker 0: 1 packet came in and ended under no name"));
    const Outcome json = world.run({"drops", "--check", "--json"});
    CHECK(exit_of(json) == 1);
    CHECK(Json::parse(json->out)["check"]["balanced"] == false);
    CHECK(Json::parse(json->out)["check"]["findings"].size() == 2);
}

TEST_CASE("the last drops are listed and written to a file")
{
    World world;
    api::Reply kept;
    kept.mutable_last_drops()->add_drops()->set_reason("vni_unknown");
    world.dataplane({{api::LAST_DROPS, kept}});
    const std::string file = world.folder.file("drops.pcap");
    const Outcome listed = world.run({"drops", "--last", "--limit", "5", "--pcap", file});
    REQUIRE(listed);
    CHECK(contains(listed->out, "vni_unknown"));
    CHECK(world.dataplane_was_asked().query().limit() == 5);
    CHECK(std::ifstream(file).seekg(0, std::ios::end).tellg() == 24 + 16);
    CHECK(exit_of(world.run({"drops", "--last", "--pcap", world.folder.file("gone/x")})) == 1);
}

TEST_CASE("options that do not go together, or say nothing, are wrong usage before anybody is asked")
{
    const World world; // nobody answers: that would be 3
    for (const Words& words :
         {Words{"drops", "--pcap", "x"}, Words{"drops", "--limit", "5"}, Words{"drops", "--check", "--last"},
          Words{"drops", "--last", "--limit", "few"}, Words{"sessions", "--port", "0"},
          Words{"sessions", "--port", "65536"}, Words{"sessions", "--address", "10.0.0.010"},
          Words{"sessions", "--protocol", "0"}, Words{"sessions", "--protocol", "ospf!"},
          Words{"sessions", "--limit", "-"}, Words{"routes", "--limit", "all"}, Words{"neighbors", "--limit", "all"},
          Words{"tunnels", "--limit", "all"}, Words{"rollback", "last"}, Words{"rollback", "0"},
          Words{"completion", "zsh"}, Words{"help", "nothing"}}) {
        INFO(words[0] << " " << words[1]);
        CHECK(exit_of(world.run(words)) == 2);
    }
}

TEST_CASE("filters of sessions reach the dataplane")
{
    World world;
    api::Reply sessions;
    sessions.mutable_sessions()->set_total(0);
    world.dataplane({{api::SESSIONS, sessions}});
    const Outcome none = world.run({"sessions", "--network", "shop", "--address", "2001:db8::1", "--port", "443",
                                    "--service", "order", "--protocol", "udp", "--limit", "0"});
    REQUIRE(none);
    CHECK(none->out == "0 of 0 sessions\n");
    const api::Query& asked = world.dataplane_was_asked().query();
    CHECK(asked.sessions().network() == "shop");
    CHECK(asked.sessions().address() == packed("2001:db8::1"));
    CHECK(asked.sessions().port() == 443);
    CHECK(asked.sessions().service() == "order");
    CHECK(asked.sessions().protocol() == 17);
    CHECK(asked.limit() == 0);
    REQUIRE(world.run({"sessions"}));
    CHECK(world.dataplane_was_asked().query().limit() == 100);
}

TEST_CASE("a service that is not there is a finding that names those that are")
{
    World world;
    api::Reply services;
    for (const char* name : {"order", "pay"})
        services.mutable_services()->add_services()->set_name(name);
    world.dataplane({{api::SERVICES, services}});
    CHECK(contains(world.run({"services"})->out, "pay"));
    CHECK_FALSE(contains(world.run({"services", "order"})->out, "pay"));
    const Outcome missing = world.run({"services", "ordr"});
    CHECK(exit_of(missing) == 1);
    CHECK(missing.error().text == "there is no service 'ordr'; there is order, pay");
}

TEST_CASE("services show the dataplane's figures beside what the control process says of each backend")
{
    World world;
    api::Reply services;
    api::ServiceStats& order = *services.mutable_services()->add_services();
    order.set_name("order");
    api::Reply states;
    api::ServiceState& state = *states.mutable_backend_states()->add_services();
    state.set_name("order");
    state.set_usable(1);
    state.set_checked(true);
    const auto add = [&](const char* address, std::uint32_t weight, const char* said, const char* reason,
                         std::uint64_t since, bool programmed = true) {
        if (programmed) {
            api::BackendStats& stats = *order.add_backends();
            stats.set_address(packed(address));
            stats.set_port(8443);
            stats.set_weight(weight);
            stats.set_share(weight == 0 ? 0 : 1);
            stats.set_flows(12);
        }
        api::BackendState& backend = *state.add_backends();
        backend.set_address(packed(address));
        backend.set_port(8443);
        backend.set_weight(programmed ? 200 : 0);
        backend.set_state(said);
        backend.set_reason(reason);
        backend.set_since(since);
    };
    add("10.1.0.31", 200, "used", "connection refused (1 of 3)", 1);
    add("10.1.0.32", 0, "unhealthy", "connect timed out (3 of 3)", 1'000'000'000);
    add("10.1.0.33", 0, "drained", "", 0);
    add("10.1.0.34", 0, "waiting", "not checked: no namespace", 0);
    add("10.1.0.35", 0, "not in registry", "", 0, false);
    world.dataplane({{api::SERVICES, services}});

    const Outcome alone = world.run({"services", "order"});
    CHECK(exit_of(alone) == 0);
    CHECK(contains(alone->out, "10.1.0.31:8443     200  100.0%     12        0      0  programmed\n"));
    CHECK(contains(alone->out, "10.1.0.32:8443       0       –     12        0      0  programmed with weight 0\n"));
    CHECK(contains(alone->out, "states of backends are not known: " + world.folder.file("control.sock")));
    CHECK(contains(Json::parse(world.run({"services", "--json"})->out)["control_error"], "nobody answers"));

    world.control({{api::BACKENDS, states}});
    const std::string out = world.run({"services", "order"})->out;
    CHECK(contains(out, "10.1.0.31:8443     200  100.0%     12        0      0  used; connection refused (1 of 3)\n"));
    CHECK(contains(out, "10.1.0.32:8443     200       –     12        0      0  unhealthy since 2001-09-0"));
    CHECK(contains(out, ": connect timed out (3 of 3)\n"));
    CHECK(contains(out, "  drained\n"));
    CHECK(contains(out, "  waiting for its first check: not checked: no namespace\n"));
    CHECK(contains(out, "10.1.0.35:8443       –       –      –        –      –  not in registry; drained\n"));
    CHECK_FALSE(contains(out, "not known"));
    const Json json = Json::parse(world.run({"services", "--json"})->out)["services"][0];
    CHECK(json["usable"] == 1);
    CHECK(json["checked"] == true);
    CHECK(json["backends"].size() == 5);
    CHECK(json["backends"][1]["state"] == "unhealthy");
    CHECK(json["backends"][1]["since"] == 1'000'000'000);
    CHECK(json["backends"][1]["reason"] == "connect timed out (3 of 3)");
    CHECK(json["backends"][1]["weight"] == 0);
    CHECK(json["backends"][1]["given_weight"] == 200);
    CHECK(json["backends"][4]["address"] == "10.1.0.35");
    CHECK(json["backends"][4]["port"] == 8443);
    for (const auto& [name, value] : json["backends"][0].items()) {
        INFO(name);
        CHECK(json["backends"][4].contains(name)); // the dataplane does not hold it: zeros, not absence
    }
    CHECK(json["backends"][4]["weight"] == 0);

    states.mutable_backend_states()->mutable_services(0)->set_all_down(true);
    states.mutable_backend_states()->mutable_services(0)->set_fail_open(true);
    world.control({{api::BACKENDS, states}});
    CHECK(contains(world.run({"services"})->out, "connect timed out (3 of 3); used, for all are down\n"));
}

TEST_CASE("services tell how they forward, where it is not the ordinary way")
{
    World world;
    api::Reply services;
    for (const char* name : {"translated", "direct", "ring"}) {
        api::ServiceStats& service = *services.mutable_services()->add_services();
        service.set_name(name);
        if (service.name() != "translated") service.set_forward(api::DIRECT);
        service.set_stateless(service.name() == "ring");
    }
    world.dataplane({{api::SERVICES, services}});
    CHECK_FALSE(contains(world.run({"services", "translated"})->out, "  direct"));
    CHECK_FALSE(contains(world.run({"services", "direct"})->out, "no sessions"));
    CHECK(contains(world.run({"services", "direct"})->out, "  direct  "));
    CHECK(contains(world.run({"services", "ring"})->out, "  direct, no sessions  "));
}

TEST_CASE("every command that reads tells who does not answer")
{
    const World world;
    for (const Command& command : commands()) {
        if (!command.reads || command.name == "status") continue;
        INFO(command.name);
        Words words{std::string(command.name)};
        if (command.name == "why") words.insert(words.end(), {"shop", "10.0.0.1", "10.0.0.2"});
        const Outcome silent = world.run(words);
        CHECK(exit_of(silent) == 3);
        CHECK(contains(silent.error().text, "nobody answers; is sluice-"));
    }
}

TEST_CASE("why asks for the packet that its words describe, and tells its way")
{
    World world;
    api::Reply reply;
    api::Explanation& told = *reply.mutable_explanation();
    told.set_generation(41);
    told.set_interface("n3");
    told.add_steps()->set_stage("translate");
    told.mutable_steps(0)->add_lines("no session; one would begin: pool carrier");
    told.mutable_steps(0)->add_lines("becomes another flow");
    told.set_verdict("sent");
    world.dataplane({{-1, reply}});
    const Outcome sent = world.run({"why", "phones", "100.64.0.7:41000", "203.0.113.80:443", "--ttl", "3"});
    CHECK(exit_of(sent) == 0);
    CHECK(sent->out == "generation 41, dry run: nothing sent, nothing created\n"
                       " 1 receive      on n3\n"
                       " 2 translate    no session; one would begin: pool carrier\n"
                       "                becomes another flow\n"
                       "verdict: sent\n");
    const api::Explain asked = world.dataplane_was_asked().explain();
    CHECK(asked.network() == "phones");
    CHECK(asked.protocol() == 6);
    CHECK(asked.source() == IpAddress::parse("100.64.0.7")->packed());
    CHECK(asked.source_port() == 41'000);
    CHECK(asked.destination_port() == 443);
    CHECK(asked.ttl() == 3);

    told.set_verdict("dropped");
    told.mutable_reason()->set_stage("nat");
    told.mutable_reason()->set_name("pool_exhausted");
    told.mutable_reason()->set_meaning("no port is free");
    told.mutable_reason()->set_mend("more addresses");
    world.dataplane({{-1, reply}});
    const Outcome dropped = world.run({"why", "phones", "2001:db8::7", "[2001:db8::80]:53/udp"});
    CHECK(exit_of(dropped) == 1);
    CHECK(contains(dropped->out, "verdict: dropped\nnat pool_exhausted: no port is free → more addresses\n"));
    CHECK(world.dataplane_was_asked().explain().protocol() == 17);
    (void)world.run({"why", "phones", "2001:db8::7", "2001:db8::80"});
    CHECK(world.dataplane_was_asked().explain().protocol() == 58); // a ping

    world.dataplane({{-1, api::failure("there is no network 'phones'")}});
    CHECK(exit_of(world.run({"why", "phones", "10.0.0.1", "10.0.0.2"})) == 1);
}

TEST_CASE("words of why that describe no packet are wrong usage")
{
    const World world;
    const std::vector<std::pair<Words, std::string>> wrong{
        {{"10.0.0.1:70000", "10.0.0.2"}, "'10.0.0.1:70000' is no address"},
        {{"ten", "10.0.0.2"}, "'ten' is no address"},
        {{"10.0.0.1", "10.0.0.2/47"}, "'47' cannot be asked about; write tcp, udp or icmp"},
        {{"2001:db8::1", "2001:db8::2/icmp"}, "'icmp' cannot be asked about; write tcp, udp or icmpv6"},
    };
    for (const auto& [words, what] : wrong) {
        const Outcome outcome = world.run({"why", "shop", words[0], words[1]});
        CHECK(exit_of(outcome) == 2);
        CHECK(contains(outcome.error().text, what));
    }
    CHECK(exit_of(world.run({"why", "shop", "10.0.0.1", "10.0.0.2", "--ttl", "256"})) == 2);
}

TEST_CASE("routes are asked for and printed piece by piece")
{
    World world;
    api::Reply piece; // the same each time it is asked for
    api::RouteEntry& stated = *piece.mutable_routes()->add_routes();
    stated.set_network("shop");
    *stated.mutable_route() = test::route_via(1, "10.1.0.0/24", "10.1.0.1").route();
    test::add_learned(*piece.mutable_routes()->mutable_learned(), "192.0.2.0/24", "10.20.0.1", 1);
    test::add_learned(*piece.mutable_routes()->mutable_learned(), "2001:db8::/32", "fe80::1", 1);
    piece.mutable_routes()->set_more(true);
    world.dataplane({{api::ROUTES, piece}});
    const std::string text = world.print({"routes", "--json", "--limit", "5"});
    CHECK(world.dataplane_was_asked().query().limit() == 2);
    CHECK(world.dataplane_was_asked().query().routes_after().address() == packed("2001:db8::"));
    CHECK(world.dataplane_was_asked().query().routes_after().length() == 32);
    const Json read = Json::parse(text);
    REQUIRE(read["routes"].size() == 6);
    CHECK(read["routes"][0]["network"] == "shop");
    CHECK(read["routes"][1]["network"] == "public");
    CHECK(read["routes"][1]["route"]["prefix"] == "192.0.2.0/24");
    CHECK(read["routes"][1]["route"]["source"] == "bgp");
    CHECK(read["routes"][5]["route"]["hops"][0]["gateway"] == "fe80::1");
    CHECK(std::count(text.begin(), text.end(), '\n') == 8); // a line for each, one before and one after

    const std::string table = world.print({"routes", "--limit", "3"});
    CHECK(contains(table, "public   192.0.2.0/24   10.20.0.1 on interface 1"));
    CHECK(world.dataplane_was_asked().query().topic() == api::PORTS); // names of interfaces, after the one piece

    piece.mutable_routes()->set_more(false);
    world.dataplane({{api::ROUTES, piece}});
    CHECK(Json::parse(world.print({"routes", "--json"}))["routes"].size() == 3);
    piece.mutable_routes()->Clear();
    world.dataplane({{api::ROUTES, piece}});
    CHECK(world.print({"routes"}) == "there is no route\n");
    CHECK(Json::parse(world.print({"routes", "--json"}))["routes"].empty());
    world.dataplane({});
    CHECK(exit_of(world.run({"routes"})) == 1);
}

} // namespace sluice::ctl
