// The builtin generator's own parts: capture files it must refuse, and what it makes of the stamps that come back.
#include <catch2/catch.hpp>

#include <fstream>

#include "tests/support/temporary_folder.hpp"
#include "tools/pktgen/capture_file.hpp"
#include "tools/pktgen/stamps.hpp"

namespace sluice::pktgen {
namespace {

const std::string
    empty_capture("\xD4\xC3\xB2\xA1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\xFF\xFF\x00\x00\x01\x00\x00\x00",
                  24);

std::string record(std::uint32_t length, const std::string& bytes)
{
    std::string text(8, '\0');
    for (int field = 0; field < 2; ++field) // captured, and as long on the wire
        for (unsigned shift = 0; shift < 32; shift += 8)
            text += static_cast<char>(length >> shift);
    return text + bytes;
}

std::string refusal(const std::string& bytes)
{
    const test::TemporaryFolder folder;
    const std::string path = folder.file("frames.pcap");
    std::ofstream(path, std::ios::binary) << bytes;
    const auto frames = Frames::read(path);
    REQUIRE_FALSE(frames);
    CHECK(frames.error().where == path);
    return frames.error().what;
}

} // namespace

TEST_CASE("frames are read in their order, with their own lengths")
{
    const test::TemporaryFolder folder;
    const std::string path = folder.file("frames.pcap");
    std::ofstream(path, std::ios::binary) << empty_capture << record(60, std::string(60, 'a')) << record(3, "xyz");
    const auto frames = Frames::read(path);
    REQUIRE(frames);
    REQUIRE(frames->count() == 2);
    CHECK((*frames)[0].size() == 60);
    CHECK((*frames)[0][59] == std::byte{'a'});
    CHECK((*frames)[1].size() == 3);
    CHECK((*frames)[1][2] == std::byte{'z'});
}

TEST_CASE("files that are no captures, end too early or hold what no frame is are refused")
{
    CHECK(refusal("") == "is too short for a capture");
    CHECK(refusal(empty_capture.substr(0, 23)) == "is too short for a capture");
    CHECK(refusal(std::string(24, 'x')) == "is no capture of this machine's byte order");
    CHECK(refusal(empty_capture) == "holds no frame");
    CHECK(refusal(empty_capture + record(60, "").substr(0, 15)) == "ends inside a record's header");
    CHECK(refusal(empty_capture + record(60, std::string(59, 'a'))) == "frame 0 is too long");
    CHECK(refusal(empty_capture + record(60, std::string(60, 'a')) + record(1'519, std::string(1'519, 'b'))) ==
          "frame 1 is too long");
    CHECK(Frames::read("/nowhere/frames.pcap").error().what == "cannot be read: No such file or directory");
}

TEST_CASE("latencies are those of stamped frames, by their share")
{
    Latencies latencies;
    CHECK(latencies.cycles_at(0.5) == 0);
    std::array<std::byte, 60> frame{};
    latencies.note(frame, 1'000); // carries none
    latencies.note(std::span(frame).first(15), 1'000);
    for (std::uint64_t cycles = 100; cycles >= 1; --cycles) {
        write_stamp(frame, 5'000);
        latencies.note(frame, 5'000 + cycles);
    }
    latencies.note(frame, 4'999); // of another machine's counter
    CHECK(latencies.count() == 100);
    CHECK(latencies.cycles_at(0) == 1);
    CHECK(latencies.cycles_at(0.5) == 50);
    CHECK(latencies.cycles_at(0.99) == 99);
    CHECK(latencies.cycles_at(1) == 100);
}

} // namespace sluice::pktgen
