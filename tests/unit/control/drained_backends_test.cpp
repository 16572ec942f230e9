// What the operator has drained, on the disk.
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "control/drained_backends.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sluice::control {
namespace {

const BackendName four{"order", *IpAddress::parse("10.1.0.31"), 8443};
const BackendName six{"order", *IpAddress::parse("2001:db8::31"), 0};

} // namespace

TEST_CASE("drained backends are found again by the next process")
{
    const test::TemporaryFolder folder;
    DrainedBackends drained = DrainedBackends::open(folder.path());
    CHECK(drained.names().empty());
    REQUIRE(drained.keep({four, six}));
    CHECK(DrainedBackends::open(folder.path()).names() == std::set{four, six});
    REQUIRE(drained.keep({six}));
    CHECK(DrainedBackends::open(folder.path()).names() == std::set{six});
    REQUIRE(drained.keep({}));
    CHECK(DrainedBackends::open(folder.path()).names().empty());
    CHECK_FALSE(std::filesystem::exists(folder.file("drained.new")));
}

TEST_CASE("a file that was damaged keeps what can be read, and says what cannot")
{
    const test::TemporaryFolder folder;
    std::ofstream(folder.file("drained")) << "order 10.1.0.31 8443\norder 10.1.0.300 8443\norder 10.1.0.32\n\n"
                                             "order 10.1.0.33 8443 more\norder 10.1.0.34 99999\norder 2001:db8::31 0\n";
    const DrainedBackends drained = DrainedBackends::open(folder.path());
    CHECK(drained.names() == std::set{four, six});
    REQUIRE(drained.unreadable().size() == 5);
    CHECK(drained.unreadable()[0] ==
          folder.file("drained") + ":2: no 'SERVICE ADDRESS PORT'; the line counts for nothing");
}

TEST_CASE("what cannot be written is not drained")
{
    const test::TemporaryFolder folder;
    DrainedBackends drained = DrainedBackends::open(folder.file("gone"));
    const auto kept = drained.keep({four});
    REQUIRE_FALSE(kept);
    CHECK(kept.error().text() == folder.file("gone") + "/drained: cannot be written: No such file or directory");
    CHECK(drained.names().empty());
}

} // namespace sluice::control
