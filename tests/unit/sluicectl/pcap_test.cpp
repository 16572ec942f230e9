// Dropped packets as a capture file, byte by byte, and as a line of text.
#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>

#include "tests/support/packet.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tools/sluicectl/frame_text.hpp"
#include "tools/sluicectl/pcap.hpp"

namespace sluice::ctl {
namespace {

using test::Packet;

std::string text(const test::Bytes& bytes)
{
    return {bytes.begin(), bytes.end()};
}

std::string hex(const std::string& bytes)
{
    return test::to_hex(test::Bytes(bytes.begin(), bytes.end()));
}

Packet ethernet()
{
    return Packet().ethernet("02:00:00:00:00:01", "02:00:00:00:00:02");
}

} // namespace

TEST_CASE("a capture of nothing is a header alone")
{
    // Magic for nanoseconds, version 2.4, two zeros, the longest packet, Ethernet: all little-endian.
    CHECK(hex(pcap_of({})) == "4d3cb2a1"
                              "02000400"
                              "00000000"
                              "00000000"
                              "ffff0000"
                              "01000000");
}

TEST_CASE("each packet stands behind its time and its two lengths")
{
    api::LastDrops drops;
    api::LastDrop& first = *drops.add_drops();
    first.set_time_ns(1'700'000'000'123'456'789);
    first.set_length(1'514); // on the wire; fewer bytes are kept
    first.set_data(std::string("\x01\x02\x03\xff", 4));
    drops.add_drops()->set_time_ns(1'999'999'999);
    CHECK(hex(pcap_of(drops)).substr(48) == "00f15365"
                                            "15cd5b07"
                                            "04000000"
                                            "ea050000"
                                            "010203ff"
                                            "01000000"
                                            "ffc99a3b"
                                            "00000000"
                                            "00000000");
}

TEST_CASE("a file is written whole or the reason is said")
{
    const test::TemporaryFolder folder;
    REQUIRE(write_file(folder.file("a.pcap"), std::string("a\0b", 3)));
    std::ifstream file(folder.file("a.pcap"), std::ios::binary);
    CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == std::string("a\0b", 3));
    const auto refused = write_file(folder.file("gone/a.pcap"), "a");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().text() == folder.file("gone/a.pcap") + ": cannot be written: No such file or directory");
}

TEST_CASE("a frame is told in a line as far as its bytes go")
{
    CHECK(frame_text(text(ethernet().ipv4("10.20.0.17", "10.20.0.2").udp(50'000, 4'789).bytes())) ==
          "10.20.0.17 → 10.20.0.2 udp 50000 → 4789");
    CHECK(frame_text(text(ethernet().ipv6("2001:db8::1", "2001:db8::2").tcp(443, 50'000, "S").bytes())) ==
          "2001:db8::1 → 2001:db8::2 tcp 443 → 50000");
    CHECK(frame_text(text(ethernet().vlan(310).ipv4("10.0.0.1", "10.0.0.2").icmp_echo(8, 1, 1).bytes())) ==
          "vlan 310, 10.0.0.1 → 10.0.0.2 icmp");
    CHECK(frame_text(text(
              ethernet().ipv4("10.0.0.1", "10.0.0.2").protocol(17).fragment(1'480, false, 7).payload(8).bytes())) ==
          "10.0.0.1 → 10.0.0.2 udp, later fragment");
    CHECK(frame_text(text(ethernet().arp_request("02:00:00:00:00:02", "10.0.0.1", "10.0.0.2").bytes())) == "arp");
    CHECK(frame_text(std::string(12, '\0') + "\x88\xcc") == "ethertype 0x88cc");
}

TEST_CASE("a frame that ends anywhere is told as far as it goes")
{
    const std::string whole =
        text(ethernet().vlan(310).ipv4("10.0.0.1", "10.0.0.2").ipv4_options(test::hex("94040000")).udp(53, 54).bytes());
    CHECK(frame_text(whole) == "vlan 310, 10.0.0.1 → 10.0.0.2 udp 53 → 54");
    CHECK(frame_text(whole.substr(0, 13)) == "cut short");
    CHECK(frame_text(whole.substr(0, 17)) == "vlan, cut short");
    CHECK(frame_text(whole.substr(0, 18 + 23)) == "vlan 310, ipv4, cut short");
    CHECK(frame_text(whole.substr(0, 18 + 24 + 3)) == "vlan 310, 10.0.0.1 → 10.0.0.2 udp");
    CHECK(frame_text(text(ethernet().ipv6("::1", "::2").bytes()).substr(0, 53)) == "ipv6, cut short");
    for (std::size_t size = 0; size <= whole.size(); ++size)
        CHECK_FALSE(frame_text(whole.substr(0, size)).empty());
    std::string no_words = whole;
    no_words[18] = 0x40; // a header of no length
    CHECK(frame_text(no_words) == "vlan 310, ipv4, cut short");
}

} // namespace sluice::ctl
