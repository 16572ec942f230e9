// Big-endian integers: the bytes they lie in, and the two doors in and out.
#include <catch2/catch.hpp>

#include "dataplane/wire/endian.hpp"
#include "tests/unit/wire/laid.hpp"

namespace sluice::wire {

using test::bytes_of;
using test::laid;

TEST_CASE("a big-endian integer lies in memory with its most significant byte first")
{
    CHECK(bytes_of(Be16{0x1234}) == "1234");
    CHECK(bytes_of(Be24{0x123456}) == "123456");
    CHECK(bytes_of(Be32{0x12345678}) == "12345678");
    CHECK(bytes_of(Be64{0x123456789ABCDEF0}) == "123456789abcdef0");
    CHECK(laid<Be16>("01bb").host() == 443);
    CHECK(laid<Be24>("001001").host() == 4097);
    CHECK(laid<Be32>("c6336401").host() == 0xC6336401);
    CHECK(laid<Be64>("00000000 00000001").host() == 1);
}

TEST_CASE("what goes in comes out, at every edge")
{
    for (const int value : {0, 1, 0x00FF, 0x0100, 0x7FFF, 0x8000, 0xFFFF})
        CHECK(Be16{static_cast<std::uint16_t>(value)}.host() == value);
    for (const std::uint32_t value : {0U, 1U, 0xFFU, 0x100U, 0xFFFFU, 0x10000U, 0xFFFFFFU})
        CHECK(Be24{value}.host() == value);
    for (const std::uint32_t value : {0U, 1U, 0xFFFFU, 0x10000U, 0x7FFFFFFFU, 0x80000000U, 0xFFFFFFFFU})
        CHECK(Be32{value}.host() == value);
    CHECK(Be24{Be24::max + 1}.host() == 0); // 24 bits: the rest is cut off
}

TEST_CASE("a raw word is the bytes themselves")
{
    CHECK(Be16::from_raw(Be16{0x1234}.raw()) == Be16{0x1234});
    CHECK(Be24::from_raw(Be24{0x123456}.raw()) == Be24{0x123456});
    CHECK(bytes_of(Be16::from_raw(std::uint16_t{0})) == "0000");
    const std::uint32_t raw = Be32{0x0A000001}.raw();
    CHECK(bytes_of(raw) == "0a000001");
    CHECK(bytes_of(Be24{0x0A0B0C}.raw()) == "0a0b0c00"); // the fourth byte is always zero, so raw words compare
}

TEST_CASE("a big-endian integer is no integer")
{
    STATIC_REQUIRE_FALSE(std::is_convertible_v<std::uint16_t, Be16>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<Be16, std::uint16_t>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<Be16, Be32>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<std::uint32_t, Be24>);
}

} // namespace sluice::wire
