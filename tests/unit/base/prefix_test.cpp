// Prefixes: text, masks, and membership against a comparison bit by bit.
#include <catch2/catch.hpp>

#include <random>

#include "dataplane/base/address.hpp"

namespace sluice {
namespace {

Prefix prefix(const char* text)
{
    return Prefix::parse(text).value();
}

IpAddress address(const char* text)
{
    return IpAddress::parse(text).value();
}

bool bit(const IpAddress& of, unsigned index)
{
    return (static_cast<unsigned char>(of.packed()[index / 8]) >> (7 - index % 8) & 1) != 0;
}

bool starts_alike(const IpAddress& a, const IpAddress& b, unsigned length)
{
    for (unsigned i = 0; i < length; ++i)
        if (bit(a, i) != bit(b, i)) return false;
    return true;
}

IpAddress random_address(std::mt19937& random, bool v4)
{
    std::string packed(v4 ? 4 : 16, '\0');
    for (char& byte : packed)
        byte = static_cast<char>(random() % 2 == 0 ? 0 : random()); // zeros, so that prefixes meet
    return *IpAddress::unpack(packed);
}

} // namespace

TEST_CASE("a prefix is an address with a length that it can have")
{
    for (const char* text :
         {"0.0.0.0/0", "10.1.0.0/24", "10.1.0.7/24", "10.1.0.7/32", "::/0", "2001:db8::/64", "2001:db8::1/128"})
        CHECK(prefix(text).text() == text);
    for (const char* wrong : {"", "/", "/24", "10.1.0.0", "10.1.0.0/", "10.1.0.0/33", "10.1.0.0/024", "10.1.0.0/+8",
                              "10.1.0.0/-1", "10.1.0.0/8 ", "10.1.0.0/ 8", "10.1.0.0/8/8", "10.1.0.0/255.0.0.0",
                              "2001:db8::/129", "fe80::1%eth0/64", "10.1/16", "10.1.0.0/4294967304"}) {
        INFO(wrong);
        CHECK_FALSE(Prefix::parse(wrong));
    }
}

TEST_CASE("a mask clears what stands behind the length")
{
    CHECK(prefix("10.1.2.3/0").masked().text() == "0.0.0.0/0");
    CHECK(prefix("10.1.2.3/9").masked().text() == "10.0.0.0/9");
    CHECK(prefix("10.129.2.3/9").masked().text() == "10.128.0.0/9");
    CHECK(prefix("10.1.2.3/31").masked().text() == "10.1.2.2/31");
    CHECK(prefix("10.1.2.3/32").masked().text() == "10.1.2.3/32");
    CHECK(prefix("2001:db8:ffff::1/33").masked().text() == "2001:db8:8000::/33");
}

TEST_CASE("each family is apart")
{
    CHECK_FALSE(prefix("0.0.0.0/0").contains(address("::")));
    CHECK_FALSE(prefix("::/0").contains(address("0.0.0.0")));
    CHECK_FALSE(prefix("::/0").overlaps(prefix("0.0.0.0/0")));
    CHECK(prefix("10.0.0.0/8").overlaps(prefix("10.1.0.0/16")));
    CHECK(prefix("10.1.0.0/16").overlaps(prefix("10.0.0.0/8")));
    CHECK_FALSE(prefix("10.1.0.0/16").overlaps(prefix("10.2.0.0/16")));
    CHECK(prefix("10.1.0.7/24").contains(address("10.1.0.200"))); // host bits of the prefix do not count
}

TEST_CASE("membership is what a comparison bit by bit says")
{
    std::mt19937 random(4291);
    for (int i = 0; i < 20'000; ++i) {
        const bool v4 = random() % 2 == 0;
        const IpAddress base = random_address(random, v4);
        const Prefix some{base, static_cast<unsigned>(random() % (base.bits() + 1))};
        const IpAddress other = random_address(random, v4);
        const Prefix second{other, static_cast<unsigned>(random() % (base.bits() + 1))};
        INFO(some.text() << " and " << second.text());
        REQUIRE(some.contains(other) == starts_alike(base, other, some.length));
        REQUIRE(some.overlaps(second) == starts_alike(base, other, std::min(some.length, second.length)));
        REQUIRE(some.masked().contains(base));
        for (unsigned b = some.length; b < base.bits(); ++b)
            REQUIRE_FALSE(bit(some.masked().address, b));
    }
}

} // namespace sluice
