// The commands that check and change: what they ask, what is printed, and the exit code.
#include <fstream>

#include "dataplane/base/address.hpp"
#include "tests/unit/sluicectl/commands_world.hpp"
#include "tools/sluicectl/json.hpp"

namespace sluice::ctl {

using namespace sluice::test;

TEST_CASE("draining names a backend by its service and address")
{
    World world;
    api::Reply states;
    api::ServiceState& state = *states.mutable_backend_states()->add_services();
    state.set_name("order");
    state.add_backends()->set_address(packed("10.1.0.31"));
    state.mutable_backends(0)->set_port(8443);
    state.mutable_backends(0)->set_weight(100);
    state.mutable_backends(0)->set_state("drained");
    world.control({{-1, states}});
    const Outcome done = world.run({"drain", "backend", "order", "10.1.0.31:8443"});
    REQUIRE(done);
    CHECK(done->out == "SERVICE  BACKEND         WEIGHT  STATE\norder    10.1.0.31:8443     100  drained\n");
    CHECK(world.control_was_asked().drain_backend().service() == "order");
    CHECK(world.control_was_asked().drain_backend().address() == packed("10.1.0.31"));
    CHECK(world.control_was_asked().drain_backend().port() == 8443);
    CHECK_FALSE(world.control_was_asked().drain_backend().undrain());
    REQUIRE(world.run({"undrain", "backend", "order", "2001:db8::31"}));
    CHECK(world.control_was_asked().drain_backend().address() == packed("2001:db8::31"));
    CHECK(world.control_was_asked().drain_backend().port() == 0);
    CHECK(world.control_was_asked().drain_backend().undrain());

    CHECK(exit_of(world.run({"drain", "backend"})) == 2);
    CHECK(exit_of(world.run({"drain", "backend", "order"})) == 2);
    CHECK(exit_of(world.run({"drain", "backend", "order", "ten"})) == 2);
    CHECK(exit_of(world.run({"undrain", "kettle"})) == 2);
    world.control({{-1, api::failure("service order has no backend 10.1.0.99; it has 10.1.0.31:8443")}});
    const Outcome unknown = world.run({"drain", "backend", "order", "10.1.0.99"});
    CHECK(exit_of(unknown) == 1);
    CHECK(unknown.error().text == "service order has no backend 10.1.0.99; it has 10.1.0.31:8443");
}

TEST_CASE("a node is drained and undrained, and what is announced is listed")
{
    World world;
    api::Reply drained;
    drained.mutable_control_status()->mutable_announcing()->set_drained(true);
    api::Reply listed;
    api::Announcement& one = *listed.mutable_announcements()->add_announcements();
    one.mutable_prefix()->set_address(IpAddress::parse("203.0.113.80").value().packed());
    one.mutable_prefix()->set_length(32);
    one.set_kind("service");
    one.set_of("order");
    one.set_announced(true);
    one.set_age_s(120);
    world.control({{-1, drained}, {api::ANNOUNCEMENTS, listed}});
    CHECK(contains(world.run({"drain", "node"})->out, "until `sluicectl undrain node`"));
    CHECK_FALSE(world.control_was_asked().drain_node().undo());
    CHECK(exit_of(world.run({"undrain", "node"})) == 0);
    CHECK(world.control_was_asked().drain_node().undo());
    CHECK(exit_of(world.run({"drain", "everything"})) == 2);
    const std::string list = world.run({"announcements"})->out;
    CHECK(contains(list, "203.0.113.80/32"));
    CHECK(contains(list, "order"));
}

TEST_CASE("a configuration on trial: how long, what it says, and what a confirmation asks")
{
    World world;
    api::Reply applied;
    applied.mutable_applied()->set_applied(7);
    world.control({{-1, applied}});
    CHECK(contains(world.run({"apply", "gateway.yaml", "--confirm", "2m"})->out,
                   "goes back by itself unless 'sluicectl confirm' comes within 2m"));
    CHECK(world.control_was_asked().apply().confirm_ms() == 120'000);
    CHECK_FALSE(contains(world.run({"apply", "gateway.yaml"})->out, "goes back"));
    CHECK(world.control_was_asked().apply().confirm_ms() == 0);
    CHECK(world.run({"confirm"})->out == "confirmed: 7 stays\n");
    CHECK(world.control_was_asked().has_confirm());
    for (const char* wrong : {"2", "0s", "25h", "soon", ""}) {
        INFO(wrong);
        CHECK(exit_of(world.run({"apply", "gateway.yaml", "--confirm", wrong})) == 2);
    }
}

TEST_CASE("a difference is a finding, a refusal too, an application is fine")
{
    World world;
    api::Reply applied;
    applied.mutable_applied()->set_applied(4);
    world.control({{-1, applied}});
    CHECK(exit_of(world.run({"diff", "gateway.yaml"})) == 0);
    CHECK(world.run({"diff", "gateway.yaml"})->out == "no difference\n");
    CHECK(world.control_was_asked().apply().dry_run());
    CHECK(world.control_was_asked().apply().path() == std::filesystem::absolute("gateway.yaml").string());

    applied.mutable_applied()->set_upserted(1);
    applied.mutable_applied()->add_changes("~ settings");
    applied.mutable_applied()->add_needs_restart("ports.edge.queues 1 → 4");
    world.control({{-1, applied}});
    CHECK(exit_of(world.run({"diff", "gateway.yaml"})) == 1);
    const Outcome done = world.run({"apply", "gateway.yaml"});
    CHECK(exit_of(done) == 0);
    CHECK(done->out ==
          "~ settings\nneeds a restart: ports.edge.queues 1 → 4\napplied as 4: 1 object written, 0 removed\n");
    CHECK_FALSE(world.control_was_asked().apply().dry_run());
    CHECK(exit_of(world.run({"rollback", "3"})) == 0);
    CHECK(world.control_was_asked().rollback().applied() == 3);

    api::Reply refused = api::failure("2 errors");
    refused.mutable_failure()->add_errors("gateway.yaml:3:1: wrong");
    world.control({{-1, refused}});
    const Outcome no = world.run({"apply", "gateway.yaml"});
    CHECK(exit_of(no) == 1);
    CHECK(no.error().text == "2 errors\ngateway.yaml:3:1: wrong");
}

TEST_CASE("a file is checked without any process")
{
    const World world;
    CHECK(exit_of(world.run({"check", "config/examples/one-node.yaml"})) == 0);
    std::ofstream(world.folder.file("wrong.yaml")) << "version: 1\nnode: {name: gw1}\nports: 3\n";
    const Outcome wrong = world.run({"check", world.folder.file("wrong.yaml")});
    CHECK(exit_of(wrong) == 1);
    CHECK(contains(wrong->out, world.folder.file("wrong.yaml") + ":3:8: ports: "));
    CHECK(wrong->complaint == "1 error");
    CHECK(Json::parse(world.run({"check", world.folder.file("wrong.yaml"), "--json"})->out)["errors"].size() == 1);
}

} // namespace sluice::ctl
