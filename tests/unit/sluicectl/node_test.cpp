// Which folder a node's sockets are in, and what becomes of an answer.
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_folder.hpp"
#include "tools/sluicectl/node.hpp"

namespace sluice::ctl {
namespace {

using Words = std::vector<std::string>;

tl::expected<std::filesystem::path, Trouble> run_dir(const Words& options, const std::filesystem::path& root)
{
    Words words{"status"};
    words.insert(words.end(), options.begin(), options.end());
    return run_dir_of(Invocation::parse(words).value(), root);
}

} // namespace

SCENARIO("a node is named, or is the only one")
{
    const test::TemporaryFolder folder;
    const std::filesystem::path root = folder.path();
    std::ofstream(folder.file("notes")) << "no node";

    GIVEN("none")
    {
        CHECK(run_dir({}, root).error().exit == Exit::no_answer);
        CHECK(run_dir({}, root).error().text == "no node runs here: nothing is in " + root.string());
        CHECK(run_dir({}, root / "gone").error().exit == Exit::no_answer);
    }
    GIVEN("one")
    {
        std::filesystem::create_directory(root / "gw1");
        CHECK(run_dir({}, root) == root / "gw1");
        CHECK(run_dir({"--node", "gw2"}, root) == root / "gw2"); // whoever is named is asked
        CHECK(run_dir({"--run-dir", "/tmp/x"}, root) == "/tmp/x");
    }
    GIVEN("several")
    {
        std::filesystem::create_directory(root / "gw2");
        std::filesystem::create_directory(root / "gw1");
        CHECK(run_dir({}, root).error().exit == Exit::usage);
        CHECK(run_dir({}, root).error().text == "several nodes are here (gw1, gw2); choose one with --node");
        CHECK(run_dir({"--node", "gw1"}, root) == root / "gw1");
    }
    THEN("a name that leads elsewhere is wrong usage")
    {
        for (const std::string name : {"", ".", "..", ".hidden", "../gw1", "a/b"}) {
            const auto refused = run_dir({"--node", name}, root);
            INFO(name);
            REQUIRE_FALSE(refused);
            CHECK(refused.error().exit == Exit::usage);
        }
        CHECK(run_dir({"--node", "gw1", "--run-dir", "/tmp/x"}, root).error().text ==
              "--node and --run-dir name the node twice; give one of them");
    }
}

TEST_CASE("an answer is the message that was asked for, or trouble")
{
    api::Reply reply;
    CHECK(body_of<api::Drops>(Answer(reply)).error().text == "asked for Drops, and the answer is empty");
    reply.mutable_drops()->mutable_law()->set_sent(7);
    CHECK(body_of<api::Drops>(Answer(reply))->law().sent() == 7);
    const auto other = body_of<api::Status>(Answer(reply));
    CHECK(other.error().exit == Exit::no_answer);
    CHECK(other.error().text == "asked for Status, and the answer is drops");
    const Answer silent = trouble(Exit::no_answer, "nobody");
    CHECK(body_of<api::Drops>(silent).error().text == "nobody");
}

} // namespace sluice::ctl
