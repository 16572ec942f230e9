// Values and tables as text.
#include <catch2/catch.hpp>

#include "tests/support/objects.hpp"
#include "tools/sluicectl/table.hpp"
#include "tools/sluicectl/wording.hpp"

namespace sluice::ctl {

using test::packed;
using test::packed_mac;

TEST_CASE("numbers, spans and shares")
{
    CHECK(counted(0) == "0");
    CHECK(counted(999) == "999");
    CHECK(counted(1'000) == "1,000");
    CHECK(counted(18'446'744'073'709'551'615U) == "18,446,744,073,709,551,615");
    CHECK(counted(1, "session", "sessions") == "1 session");
    CHECK(counted(0, "session", "sessions") == "0 sessions");
    const std::vector<std::pair<std::uint64_t, const char*>> spans{
        {0, "0 s"},    {41, "41 s"},       {119, "119 s"},      {120, "2m"},    {3'599, "59m"},
        {3'600, "1h"}, {11'520, "3h 12m"}, {86'399, "23h 59m"}, {86'400, "1d"}, {352'800, "4d 2h"}};
    for (const auto& [seconds, text] : spans)
        CHECK(span(seconds) == text);
    CHECK(percent(0.4) == "40.0%");
    CHECK(percent(1.0 / 3) == "33.3%");
    CHECK(percent(0) == "0.0%");
}

TEST_CASE("addresses in every form, and what is none")
{
    CHECK(address(packed("10.1.0.31")) == "10.1.0.31");
    CHECK(address(packed("2001:db8::1")) == "2001:db8::1");
    CHECK(address("") == nothing);
    CHECK(address("\x0a\x1b\x2c") == "0a1b2c");
    CHECK(mac(packed_mac("52:54:00:00:01:31")) == "52:54:00:00:01:31");
    CHECK(mac("") == nothing);
    CHECK(mac("\x0a\x1b") == "0a1b");
    CHECK(endpoint(packed("10.1.0.31"), 8443) == "10.1.0.31:8443");
    CHECK(endpoint(packed("2001:db8::1"), 443) == "[2001:db8::1]:443");
    api::Address prefix_address;
    test::set_prefix(prefix_address, "10.1.0.0/24");
    CHECK(prefix(prefix_address) == "10.1.0.0/24");
    CHECK(known("") == nothing);
    CHECK(known("x") == "x");
}

TEST_CASE("protocols by name and number")
{
    for (const auto& [number, name] :
         {std::pair(1U, "icmp"), std::pair(6U, "tcp"), std::pair(17U, "udp"), std::pair(58U, "icmpv6")}) {
        CHECK(protocol(number) == name);
        CHECK(protocol_number(name) == number);
        CHECK(protocol_number(std::to_string(number)) == number);
    }
    CHECK(protocol(132) == "132");
    CHECK(protocol_number("255") == 255U);
    for (const char* wrong : {"", "256", "-1", "TCP", "tcp ", "1x"})
        CHECK_FALSE(protocol_number(wrong));
    CHECK(hexadecimal(0x1001) == "0x1001");
    CHECK(bytes_hexadecimal(std::string("\0\xff", 2)) == "00ff");
    CHECK(joined(std::vector<std::string>{"a", "b"}) == "a, b");
    CHECK(joined(std::vector<std::string>{}).empty());
}

TEST_CASE("columns are as wide as their widest cell, numbers to the right, no blanks at the end")
{
    Table table({{"NAME"}, {"PACKETS", true}, {"WHAT"}});
    CHECK(table.empty());
    CHECK(table.text() == "NAME  PACKETS  WHAT\n");
    table.add({"a", "1,244", "short"});
    table.add({"a-longer-name", "7"}); // the last cell is empty
    CHECK_FALSE(table.empty());
    CHECK(table.text() == "NAME           PACKETS  WHAT\n"
                          "a                1,244  short\n"
                          "a-longer-name        7\n");
}

TEST_CASE("width is what the screen shows, not bytes")
{
    CHECK(width_of("→ –") == 3);
    CHECK(width_of("übung") == 5);
    Table table({{"A"}, {"B"}});
    table.add({"→→", "x"});
    table.add({"abc", "y"});
    CHECK(table.text() == "A    B\n→→   x\nabc  y\n");
}

TEST_CASE("nothing from outside reaches the terminal's controls")
{
    CHECK(printable("a\x1b[2Jb\n\t\x7f") == "a?[2Jb???");
    CHECK(printable("→") == "→");
    CHECK(printable_lines("a\x1b\nb") == "a?\nb");
    Table table({{"A"}, {"B"}});
    table.add({"evil\x1b[31m\n", "x"});
    CHECK(table.text() == "A           B\nevil?[31m?  x\n");
}

} // namespace sluice::ctl
