// What control.sock answers, to whom.
#include <catch2/catch.hpp>

#include <fstream>

#include "control/answers.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/control/world.hpp"

namespace sluice::control {
namespace {

using namespace sluice::test;

class AnswersWorld {
public:
    AnswersWorld()
        : node(parse_configuration(folder.file("gateway.yaml"), gateway_yaml).value(),
               Generations::open(folder.file("state")).value(), folder.file("dataplane.sock"), {})
    {
        std::ofstream(folder.file("gateway.yaml")) << gateway_yaml;
    }
    api::Reply ask(const api::Request& request, bool may_change = true)
    {
        return answer(node, request, {1000, 1, may_change});
    }

    test::TemporaryFolder folder;
    Node node;
};

api::Request topic(api::Topic topic)
{
    api::Request request;
    request.mutable_query()->set_topic(topic);
    return request;
}

api::Request application(const std::string& path, bool dry_run)
{
    api::Request request;
    request.mutable_apply()->set_path(path);
    request.mutable_apply()->set_dry_run(dry_run);
    return request;
}

} // namespace

TEST_CASE("a greeting of another version is refused in a sentence")
{
    AnswersWorld world;
    api::Request request;
    request.mutable_hello()->set_version(api::version);
    CHECK(world.ask(request).hello().program() == "sluice-control");
    CHECK(world.ask(request).hello().node() == "gw1");
    request.mutable_hello()->set_version(api::version + 1);
    request.mutable_hello()->set_program("sluicectl");
    CHECK(world.ask(request).failure().what() ==
          "sluice-control speaks version " + std::to_string(api::version) + " of the contract and sluicectl version " +
              std::to_string(api::version + 1) + "; install both from the same release");
}

TEST_CASE("everybody may read, and only what is here")
{
    AnswersWorld world;
    CHECK(world.ask(topic(api::STATUS), false).control_status().applied() == 0);
    CHECK(world.ask(topic(api::FEEDS), false).feeds().feeds_size() == 1);
    CHECK(world.ask(topic(api::DROPS)).failure().what() ==
          "sluice-control answers status, feeds, backends and announcements; ask sluice-dataplane for the rest");
    api::Request transaction;
    transaction.mutable_transaction();
    CHECK(world.ask(transaction).failure().what() ==
          "sluice-control answers hello, query, apply, confirm, rollback and drain");
}

TEST_CASE("only who may change things is answered about files")
{
    AnswersWorld world;
    const std::string refusal = "uid 1000 may read only; be root or the user of sluice-control";
    for (const bool dry_run : {false, true})
        CHECK(world.ask(application(world.folder.file("gateway.yaml"), dry_run), false).failure().what() == refusal);
    api::Request rollback;
    rollback.mutable_rollback();
    CHECK(world.ask(rollback, false).failure().what() == refusal);
    api::Request drain;
    drain.mutable_drain_backend()->set_service("order");
    CHECK(world.ask(drain, false).failure().what() == refusal);
    api::Request confirm;
    confirm.mutable_confirm();
    CHECK(world.ask(confirm, false).failure().what() == refusal);
    CHECK(world.ask(confirm).failure().errors(0) == "confirm: no configuration waits for it");
    api::Request trial = application(world.folder.file("gateway.yaml"), false);
    trial.mutable_apply()->set_confirm_ms(999);
    CHECK(world.ask(trial).failure().what() == "a time to confirm is 1s to 24h, not 999ms");

    CHECK(world.ask(application("gateway.yaml", true)).failure().what() == "'gateway.yaml' is no absolute path");
    const api::Reply diff = world.ask(application(world.folder.file("gateway.yaml"), true));
    CHECK(diff.applied().changes_size() > 20);
    const api::Reply gone = world.ask(application(world.folder.file("gone.yaml"), true));
    CHECK(gone.failure().what() == "refused");
    REQUIRE(gone.failure().errors_size() == 1);
    CHECK(gone.failure().errors(0).find("gone.yaml") != std::string::npos);
    std::ofstream(world.folder.file("gateway.yaml")) << "version: 1\nnode: {name: 7 7}\nports: 3\n";
    CHECK(world.ask(application(world.folder.file("gateway.yaml"), true)).failure().what() == "2 errors");
}

} // namespace sluice::control
