// The walks over lists that a peer wrote: TCP options, IPv4 options, neighbour discovery options, GTP-U elements.
#include <catch2/catch.hpp>

#include <random>

#include "dataplane/wire/gtpu_element.hpp"
#include "dataplane/wire/icmp6.hpp"
#include "dataplane/wire/ipv4.hpp"
#include "dataplane/wire/tcp.hpp"
#include "tests/support/bytes.hpp"

namespace sluice::wire {
namespace {

using test::Bytes;
using test::hex;

std::size_t mss_in(const char* options)
{
    return mss_position(hex(options));
}

} // namespace

TEST_CASE("the MSS option is found where it stands")
{
    CHECK(mss_in("020405b4") == 0);
    CHECK(mss_in("01 020405b4") == 1); // at an odd place
    CHECK(mss_in("0402 080a0000000100000000 020405b4") == 12);
    CHECK(mss_in("020405b4 02040200") == 0); // the first one
    Bytes options = hex("01 020405b4");
    REQUIRE(find_mss(std::span<std::uint8_t>(options)) != nullptr);
    find_mss(std::span<std::uint8_t>(options))->value = Be16{1410};
    CHECK(test::to_hex(options) == "0102040582");
    CHECK(find_mss(std::span<const std::uint8_t>(options))->value.host() == 1410);
}

TEST_CASE("a list without a well-formed MSS option has none")
{
    CHECK(mss_in("") == no_option);
    CHECK(mss_in("00 020405b4") == no_option);   // behind the end
    CHECK(mss_in("02") == no_option);            // no length
    CHECK(mss_in("0204") == no_option);          // no value
    CHECK(mss_in("020405") == no_option);        // half a value
    CHECK(mss_in("0203 05") == no_option);       // a wrong length
    CHECK(mss_in("0206 05b40000") == no_option); // another one
    CHECK(mss_in("0300 020405b4") == no_option); // a length that does not move on
    CHECK(mss_in("0301 020405b4") == no_option); // one that moves on into itself
    CHECK(mss_in("03ff 020405b4") == no_option); // one past the end
    CHECK(find_mss(std::span<const std::uint8_t>()) == nullptr);
    Bytes far(44, 1);
    far[40] = 2, far[41] = 4; // behind the longest header that TCP can have
    CHECK(mss_position(far) == no_option);
}

TEST_CASE("no list of options makes the search leave it")
{
    std::mt19937 random(9293);
    for (int i = 0; i < 200'000; ++i) {
        Bytes options(random() % 41);
        for (std::uint8_t& byte : options)
            byte = static_cast<std::uint8_t>(random() % 6); // mostly kinds and lengths that mean something
        const std::size_t at = mss_position(options);
        if (at == no_option) continue;
        REQUIRE(at + sizeof(TcpMss) <= options.size());
        REQUIRE(options[at] == 2);
        REQUIRE(options[at + 1] == 4);
    }
}

TEST_CASE("the MAC option of a neighbour message is found behind others")
{
    const Bytes both = hex("0101 525400000131 0201 525400000132");
    REQUIRE(find_neighbor_option(both, NeighborOption::source_mac) != nullptr);
    CHECK(find_neighbor_option(both, NeighborOption::source_mac)->mac[5] == 0x31);
    CHECK(find_neighbor_option(both, NeighborOption::target_mac)->mac[5] == 0x32);
    const Bytes behind_long = hex("1902 0000000000000000000000000000 0101 525400000131");
    CHECK(find_neighbor_option(behind_long, NeighborOption::source_mac)->mac[5] == 0x31);
}

TEST_CASE("a neighbour message with an option of length zero is believed nothing")
{
    for (const char* hostile : {
             "",                                    // no option
             "0101 5254000001",                     // seven bytes
             "0100 525400000131",                   // no length
             "1900 000000000000 0101 525400000131", // none before the right one
             "0102 525400000131",                   // longer than what is there
             "0102 525400000131 0000000000000000",  // a MAC of another size
         }) {
        INFO(hostile);
        CHECK(find_neighbor_option(hex(hostile), NeighborOption::source_mac) == nullptr);
    }
}

TEST_CASE("IPv4 options are such to their end, or to the end of the list")
{
    for (const char* good : {"", "00", "01010101", "0703 04", "94040000", "00 0700ff", "01 0702 00"}) {
        INFO(good);
        CHECK(are_ipv4_options(hex(good)));
    }
    for (const char* bad : {"07", "0700", "0701", "0703", "01010107", "07ff0400", "0702 0702 07"}) {
        INFO(bad);
        CHECK_FALSE(are_ipv4_options(hex(bad)));
    }
}

TEST_CASE("elements of GTP-U messages are such to their end, and the mandatory ones among them")
{
    const auto of = [](std::uint8_t message, const char* elements) {
        return are_gtpu_elements(message, hex(elements));
    };
    CHECK(of(GtpuMessage::echo_request, ""));
    CHECK(of(GtpuMessage::echo_request, "ff 0003 000107"));
    CHECK(of(GtpuMessage::echo_response, "0e00"));
    CHECK(of(GtpuMessage::echo_response, "0e00 ff 0002 0001"));
    CHECK(of(GtpuMessage::error_indication, "10 00001001 85 0004 0a1e0009"));
    CHECK(of(GtpuMessage::error_indication, "10 00001001 85 0010 20010db8000000000000000000000009"));
    CHECK(of(GtpuMessage::supported_extension_headers, "8d 02 85c0"));
    CHECK_FALSE(of(GtpuMessage::echo_request, "ff 00"));
    CHECK_FALSE(of(GtpuMessage::echo_request, "ff 0004 000107"));
    CHECK_FALSE(of(GtpuMessage::echo_request, "63 00")); // nobody knows how long
    CHECK_FALSE(of(GtpuMessage::echo_response, ""));
    CHECK_FALSE(of(GtpuMessage::echo_response, "0e"));
    CHECK_FALSE(of(GtpuMessage::error_indication, "10 00001001"));
    CHECK_FALSE(of(GtpuMessage::error_indication, "85 0004 0a1e0009"));
    CHECK_FALSE(of(GtpuMessage::error_indication, "10 00001001 85 0005 0a1e000900"));
    CHECK_FALSE(of(GtpuMessage::supported_extension_headers, "8d 03 85c0"));
    CHECK_FALSE(of(GtpuMessage::supported_extension_headers, "8d"));
}

} // namespace sluice::wire
