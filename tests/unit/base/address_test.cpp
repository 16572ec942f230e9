// Addresses: one text for each, and nothing that another reader might take for another address.
#include <catch2/catch.hpp>

#include "dataplane/base/address.hpp"

namespace sluice {

using namespace std::string_literals;

TEST_CASE("IPv4 addresses are four decimal octets")
{
    CHECK(Ipv4Address::parse("198.51.100.2")->value == 0xC6336402);
    CHECK(Ipv4Address::parse("0.0.0.0")->value == 0);
    CHECK(Ipv4Address::parse("255.255.255.255")->value == 0xFFFFFFFF);
    CHECK(Ipv4Address{0x0A000001}.text() == "10.0.0.1");
    for (const std::string& wrong : {""s, "10.0.0"s, "10.0.0.1.2"s, "10.0.0.010"s, "010.0.0.1"s, "10.0.0.256"s,
                                     "10.0.0.-1"s, "10.0.0.1 "s, " 10.0.0.1"s, "10.0.0.1/24"s, "0x0a000001"s,
                                     "167772161"s, "10..0.1"s, "10.0.0.1\n"s, "10.0.0.1\0"s, "10.0.0.1\0 and more"s}) {
        INFO("'" << wrong << "'");
        CHECK_FALSE(Ipv4Address::parse(wrong));
    }
}

TEST_CASE("IPv6 addresses are read in every form and written in one")
{
    const struct {
        const char* read;
        const char* written; // RFC 5952
    } forms[] = {
        {"2001:db8::31", "2001:db8::31"},
        {"2001:0DB8:0000:0000:0000:0000:0000:0031", "2001:db8::31"},
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"}, // the first of the longest runs
        {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
        {"::", "::"},
        {"::1", "::1"},
        {"fe80::", "fe80::"},
        {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
    };
    for (const auto& form : forms) {
        INFO(form.read);
        REQUIRE(Ipv6Address::parse(form.read));
        CHECK(Ipv6Address::parse(form.read)->text() == form.written);
    }
    for (const std::string& wrong :
         {""s, ":"s, ":::"s, "1::2::3"s, "2001:db8::g"s, "2001:db8:0:0:0:0:0:0:1"s, "2001:db8::12345"s, "fe80::1%eth0"s,
          "[::1]"s, "::1 "s, "::1/64"s, "::1\0"s, "::1.2.3"s, "::ffff:1.2.3.256"s}) {
        INFO("'" << wrong << "'");
        CHECK_FALSE(Ipv6Address::parse(wrong));
    }
}

TEST_CASE("an IPv4 address has no second form")
{
    for (const char* mapped : {"::ffff:10.0.0.1", "::ffff:0a00:1", "0:0:0:0:0:FFFF:10.0.0.1"}) {
        INFO(mapped);
        CHECK_FALSE(Ipv6Address::parse(mapped));
        CHECK_FALSE(IpAddress::parse(mapped));
        CHECK_FALSE(Prefix::parse(std::string(mapped) + "/128"));
    }
    CHECK(IpAddress::parse("::fffe:10.0.0.1")); // one bit beside it is another address
}

TEST_CASE("either family: parsed, packed, ordered")
{
    const IpAddress v4 = *IpAddress::parse("10.0.0.1");
    const IpAddress v6 = *IpAddress::parse("2001:db8::1");
    CHECK(v4.is_v4());
    CHECK_FALSE(v6.is_v4());
    CHECK(v4.bits() == 32);
    CHECK(v6.bits() == 128);
    CHECK(v4.packed() == "\x0a\0\0\x01"s);
    CHECK(v6.packed().size() == 16);
    for (const IpAddress& address : {v4, v6}) {
        CHECK(IpAddress::unpack(address.packed()) == address);
        CHECK(IpAddress::parse(address.text()) == address);
    }
    for (const std::size_t size : {0U, 1U, 3U, 5U, 15U, 17U})
        CHECK_FALSE(IpAddress::unpack(std::string(size, '\1')));
    CHECK(*IpAddress::parse("255.255.255.255") < *IpAddress::parse("::"));
    CHECK(*IpAddress::parse("9.0.0.0") < *IpAddress::parse("10.0.0.0"));
    CHECK_FALSE(IpAddress::parse("localhost"));
}

TEST_CASE("MAC addresses are six hexadecimal pairs with colons")
{
    CHECK(MacAddress::parse("52:54:00:00:01:31")->text() == "52:54:00:00:01:31");
    CHECK(MacAddress::parse("FF:ff:Ff:0A:0b:0C")->text() == "ff:ff:ff:0a:0b:0c");
    for (const char* wrong :
         {"", "52:54:00:00:01", "52:54:00:00:01:31:00", "52-54-00-00-01-31", "525400000131", "52:54:00:00:01:3",
          "52:54:00:00:01:3g", "5:254:00:00:01:31", "+2:54:00:00:01:31", "-2:54:00:00:01:31", " 2:54:00:00:01:31",
          "0x:54:00:00:01:31", "52:54:00:00:01:31 ", "52:54:00:00:01.31"}) {
        INFO(wrong);
        CHECK_FALSE(MacAddress::parse(wrong));
    }
}

} // namespace sluice
