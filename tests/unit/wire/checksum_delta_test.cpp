// Checksums changed by difference against checksums computed anew, and the examples of RFC 1624 section 4.
#include <catch2/catch.hpp>

#include <cstring>
#include <random>

#include "dataplane/wire/checksum_delta.hpp"
#include "tests/unit/wire/laid.hpp"

namespace sluice::wire {
namespace {

using test::Bytes;
using test::hex;
using test::reference_checksum;

// A header whose checksum stands at bytes 10 and 11, as IPv4's does.
class Covered {
public:
    explicit Covered(Bytes bytes)
        : bytes_(std::move(bytes))
    {
        test::write_number(bytes_, 10, 2, 0);
        checksum = Be16{reference_checksum(bytes_)};
    }

    template<class Field>
    Field swap(std::size_t offset, Field after)
    {
        Field before;
        std::memcpy(&before, bytes_.data() + offset, sizeof before);
        std::memcpy(bytes_.data() + offset, &after, sizeof after);
        return before;
    }
    Bytes whole() const
    {
        Bytes bytes = bytes_;
        test::write_number(bytes, 10, 2, checksum.host());
        return bytes;
    }
    std::uint16_t anew() const { return reference_checksum(bytes_); }

    Be16 checksum;

private:
    Bytes bytes_;
};

Covered random_header(std::mt19937& random, std::size_t size = 60)
{
    Bytes bytes(size);
    for (std::uint8_t& byte : bytes)
        byte = static_cast<std::uint8_t>(random());
    return Covered(std::move(bytes));
}

Be32 random_word(std::mt19937& random)
{
    constexpr std::array<std::uint32_t, 6> edges{0, 0xFFFFFFFF, 0xFFFF, 0xFFFF0000, 0x0000FFFE, 1};
    const auto value = static_cast<std::uint32_t>(random());
    return Be32{value % 4 == 0 ? edges[value / 4 % edges.size()] : value};
}

} // namespace

TEST_CASE("the example of RFC 1624 section 4")
{
    // Equation 3 gives 0x0000 here, where the one of RFC 1141 gives 0xFFFF, which a receiver refuses.
    const auto raw = [](std::uint16_t host) { return Be16{host}.raw(); };
    CHECK(Be16::from_raw(update(raw(0xDD2F), raw(0x5555), raw(0x3285))) == Be16{0x0000});
}

TEST_CASE("a change of nothing changes nothing")
{
    for (unsigned checksum = 0; checksum <= 0xFFFF; ++checksum) {
        const auto value = static_cast<std::uint16_t>(checksum);
        // 0xFFFF is no checksum of bytes that are not all zero (RFC 1624 section 3), and comes out as its other form.
        REQUIRE(update(value, std::uint16_t{0x1234}, std::uint16_t{0x1234}) % 0xFFFF == value % 0xFFFF);
    }
    Be16 untouched{0x1234};
    Delta{}.apply(untouched);
    CHECK(untouched == Be16{0x1234});
}

TEST_CASE("a difference gives what computing anew gives")
{
    std::mt19937 random(1624);
    for (int i = 0; i < 20'000; ++i) {
        Covered header = random_header(random);
        Delta delta;
        const Be32 address = random_word(random);
        delta.replace(header.swap(12, address), address);
        const Be16 port{static_cast<std::uint16_t>(random_word(random).host())};
        delta.replace(header.swap(20, port), port);
        Ipv6Bytes long_address;
        for (std::uint8_t& byte : long_address)
            byte = static_cast<std::uint8_t>(random());
        delta.replace(header.swap(24, long_address), long_address);
        delta.apply(header.checksum);
        INFO(test::to_hex(header.whole()));
        REQUIRE(header.checksum.host() == header.anew());
        REQUIRE(reference_checksum(header.whole()) == 0); // what a receiver computes
    }
}

TEST_CASE("a field at an odd offset gives what computing anew gives")
{
    std::mt19937 random(1071);
    for (int i = 0; i < 20'000; ++i) {
        Covered header = random_header(random);
        const std::size_t offset = 12 + random() % 40;
        const Be16 after{static_cast<std::uint16_t>(random_word(random).host())};
        Delta delta;
        delta.replace_at(offset, header.swap(offset, after), after);
        delta.apply(header.checksum);
        INFO(offset << " of " << test::to_hex(header.whole()));
        REQUIRE(header.checksum.host() == header.anew());
    }
}

TEST_CASE("a field that becomes all zeros or all ones is no exception")
{
    std::mt19937 random(1141);
    for (const std::uint32_t before : {0U, 0xFFFFU, 0xFFFF0000U, 0xFFFFFFFFU, 0x12345678U}) {
        for (const std::uint32_t after : {0U, 0xFFFFU, 0xFFFF0000U, 0xFFFFFFFFU, 0x87654321U}) {
            Covered header = random_header(random);
            header.swap(12, Be32{before});
            Covered start(header.whole());
            start.swap(12, Be32{after});
            Delta delta;
            delta.replace(Be32{before}, Be32{after});
            delta.apply(start.checksum);
            CHECK(start.checksum.host() == start.anew());
        }
    }
}

TEST_CASE("every checksum can be reached, zero among them")
{
    Covered header(hex("0001 0000 0000 0000 0000 0000 0000 0000"));
    for (unsigned value = 0; value <= 0xFFFF; ++value) {
        const Be16 after{static_cast<std::uint16_t>(value)};
        Delta delta;
        delta.replace(header.swap(4, after), after);
        delta.apply(header.checksum);
        REQUIRE(header.checksum.host() == header.anew());
    }
}

TEST_CASE("a difference survives being kept in sixteen bits and being added to another")
{
    std::mt19937 random(3);
    for (int i = 0; i < 5'000; ++i) {
        Covered header = random_header(random);
        const Be32 address = random_word(random);
        const Be32 number = random_word(random);
        Delta first;
        first.replace(header.swap(12, address), address);
        Delta second;
        second.replace(header.swap(32, number), number);
        Delta both = Delta::from_folded(first.folded());
        both += second;
        both.apply(header.checksum);
        REQUIRE(header.checksum.host() == header.anew());
    }
}

TEST_CASE("a UDP checksum that is not computed stays so, and a computed zero becomes all ones")
{
    Delta delta;
    delta.replace(Be16{1}, Be16{2});
    Be16 none{0};
    delta.apply_udp(none);
    CHECK(none == Be16{0});

    Be16 one{1}; // one more in the packet, one less in the checksum: 0, which would say "not computed"
    delta.apply_udp(one);
    CHECK(one == Be16{0xFFFF});

    Be16 ordinary{0x1234};
    delta.apply_udp(ordinary);
    CHECK(ordinary == Be16{0x1233});
}

TEST_CASE("two neighbours at once are the same as one by one")
{
    std::mt19937_64 random(4);
    const auto word = [&random]() -> std::uint32_t {
        constexpr std::array<std::uint32_t, 4> ends{0, 0xFFFF'FFFF, 0xFFFF'0000, 0x0000'FFFF};
        return random() % 3 == 0 ? ends[random() % ends.size()] : static_cast<std::uint32_t>(random());
    };
    for (int i = 0; i < 50'000; ++i) {
        const std::array<std::uint32_t, 2> before{word(), word()};
        const std::array<std::uint32_t, 2> after{word(), word()};
        Delta separate;
        separate.replace(Be32::from_raw(before[0]), Be32::from_raw(after[0]));
        separate.replace(Be32::from_raw(before[1]), Be32::from_raw(after[1]));
        Delta together;
        together.replace(Be64::from_raw(std::bit_cast<std::uint64_t>(before)),
                         Be64::from_raw(std::bit_cast<std::uint64_t>(after)));
        REQUIRE(together.folded() == separate.folded());
    }
}

TEST_CASE("a hop less gives the checksum of equation 3, whatever stood there")
{
    for (unsigned checksum = 0; checksum <= 0xFFFF; ++checksum) {
        auto ip = test::laid<Ipv4>("4500 0054 abcd 4000 4001 0000 0a000001 c6336402");
        ip.checksum = Be16::from_raw(static_cast<std::uint16_t>(checksum));
        Delta delta;
        delta.lower(ttl_step);
        Be16 expected = ip.checksum;
        delta.apply(expected);
        decrement_ttl(ip);
        REQUIRE(ip.checksum == expected);
    }
}

TEST_CASE("a hop less costs one TTL and leaves the header intact")
{
    for (unsigned ttl = 255; ttl > 1; --ttl) {
        Bytes bytes = hex("4500 0054 abcd 4000 ff01 0000 0a000001 c6336402");
        bytes[8] = static_cast<std::uint8_t>(ttl);
        test::write_number(bytes, 10, 2, reference_checksum(bytes));
        auto ip = test::laid<Ipv4>(test::to_hex(bytes));
        decrement_ttl(ip);
        CHECK(ip.ttl == ttl - 1);
        CHECK(reference_checksum(hex(test::bytes_of(ip))) == 0);
    }
}

} // namespace sluice::wire
