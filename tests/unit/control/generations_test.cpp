// Every configuration that was applied, and which of them stay.
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include "control/generations.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sluice::control {
namespace {

Generations::Kept text(const std::string& text, const std::string& path = "/etc/sluice/gateway.yaml")
{
    return {0, "digest-of-" + text, path, text};
}

Generations open(const test::TemporaryFolder& folder)
{
    auto opened = Generations::open(folder.file("state"));
    REQUIRE(opened);
    return std::move(*opened);
}

} // namespace

SCENARIO("configurations are numbered as they are applied")
{
    const test::TemporaryFolder folder;
    Generations generations = open(folder);
    CHECK(generations.newest() == 0);
    CHECK(generations.read(1).error().text() ==
          "configuration 1: is not kept in " + folder.file("state") + "; kept are 1 to 0");

    REQUIRE(generations.keep(text("first")) == 1);
    REQUIRE(generations.keep(text("second")) == 2);
    REQUIRE(generations.keep(text("first")) == 3); // rolled back: that is one more

    THEN("each is read back as it was")
    {
        const auto kept = generations.read(2);
        REQUIRE(kept);
        CHECK(kept->number == 2);
        CHECK(kept->text == "second");
        CHECK(kept->digest == "digest-of-second");
        CHECK(kept->path == "/etc/sluice/gateway.yaml");
    }
    THEN("the same text from the same path keeps its number, from another path it does not")
    {
        CHECK(generations.keep(text("first")) == 3);
        CHECK(generations.newest() == 3);
        CHECK(generations.keep(text("first", "/tmp/other.yaml")) == 4); // relative names in it mean other files
        CHECK(generations.read(4)->path == "/tmp/other.yaml");
    }
    THEN("the newest with a digest is found")
    {
        CHECK(generations.find("digest-of-first")->number == 3);
        CHECK(generations.find("digest-of-second")->number == 2);
        CHECK_FALSE(generations.find("digest-of-third"));
    }
    THEN("what was kept last can be taken back")
    {
        generations.forget_newest();
        CHECK(generations.newest() == 2);
        CHECK_FALSE(generations.read(3));
        CHECK(generations.keep(text("third")) == 3);
    }
    THEN("a new process goes on where this one stopped")
    {
        Generations again = open(folder);
        CHECK(again.newest() == 3);
        CHECK(again.keep(text("first")) == 3);
        CHECK(again.keep(text("third")) == 4);
    }
}

TEST_CASE("the newest 64 stay")
{
    const test::TemporaryFolder folder;
    Generations generations = open(folder);
    for (int i = 1; i <= 70; ++i)
        REQUIRE(generations.keep(text(std::to_string(i))) == static_cast<std::uint64_t>(i));
    CHECK_FALSE(generations.read(6));
    CHECK(generations.read(7)->text == "7");
    CHECK(generations.read(70)->text == "70");
    CHECK(generations.read(6).error().what == "is not kept in " + folder.file("state") + "; kept are 7 to 70");
    const auto files =
        std::distance(std::filesystem::directory_iterator(folder.file("state")), std::filesystem::directory_iterator());
    CHECK(files == 2 * 64);

    Generations again = open(folder);
    CHECK(again.keep(text("71")) == 71);
    CHECK_FALSE(again.read(7));
    CHECK(again.read(8));
}

TEST_CASE("what a process that was killed left half written counts for nothing")
{
    const test::TemporaryFolder folder;
    {
        Generations generations = open(folder);
        REQUIRE(generations.keep(text("first")) == 1);
    }
    std::ofstream(folder.file("state/2.info")) << "digest /path\n"; // its .yaml was to follow
    std::ofstream(folder.file("state/2.yaml.new")) << "half of";
    std::ofstream(folder.file("state/notes.yaml")) << "an operator's";
    std::ofstream(folder.file("state/3x.yaml")) << "an operator's";
    Generations generations = open(folder);
    CHECK(generations.newest() == 1);
    CHECK(generations.keep(text("second")) == 2);
    CHECK(generations.read(2)->text == "second");
    CHECK(std::filesystem::exists(folder.file("state/notes.yaml")));
}

TEST_CASE("a folder that cannot be used is an error with a way out")
{
    const test::TemporaryFolder folder;
    std::ofstream(folder.file("state")) << "a file";
    const auto opened = Generations::open(folder.file("state"));
    REQUIRE_FALSE(opened);
    CHECK(opened.error().text().find("choose another by --state-dir") != std::string::npos);

    auto gone = Generations::open(folder.file("gone"));
    REQUIRE(gone);
    std::filesystem::remove_all(folder.file("gone"));
    const auto kept = gone->keep(text("first"));
    REQUIRE_FALSE(kept);
    CHECK(kept.error().where == folder.file("gone/1.info"));
    CHECK(gone->newest() == 0);
}

} // namespace sluice::control
