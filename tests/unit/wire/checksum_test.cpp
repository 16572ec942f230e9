// Whole checksums against the reference that adds one 16-bit word after the other.
#include <catch2/catch.hpp>

#include <random>

#include "dataplane/wire/checksum.hpp"
#include "tests/unit/wire/laid.hpp"

namespace sluice::wire {
namespace {

using test::Bytes;
using test::hex;
using test::laid;
using test::pseudo_header;
using test::reference_checksum;

Bytes random_bytes(std::mt19937& random, std::size_t size)
{
    Bytes bytes(size);
    for (std::uint8_t& byte : bytes)
        byte = static_cast<std::uint8_t>(random());
    return bytes;
}

Bytes joined(Bytes first, const Bytes& second)
{
    test::append(first, second);
    return first;
}

} // namespace

TEST_CASE("the sum of any bytes is the reference's")
{
    std::mt19937 random(20);
    for (std::size_t size = 0; size < 200; ++size) {
        const Bytes bytes = random_bytes(random, size);
        INFO(test::to_hex(bytes));
        CHECK(finish(sum(bytes)).host() == reference_checksum(bytes));
    }
}

TEST_CASE("carries are not lost in the largest packet")
{
    const Bytes ones(65'535, 0xFF);
    CHECK(finish(sum(ones)).host() == reference_checksum(ones));
    CHECK(finish(sum(Bytes(65'534, 0xFF))).host() == 0);
    CHECK(finish(sum(Bytes(65'534, 0x00))).host() == 0xFFFF);
}

TEST_CASE("folding keeps the two zeros apart")
{
    CHECK(fold(0) == 0);
    CHECK(fold(0xFFFF) == 0xFFFF);
    CHECK(fold(0x10000) == 1);
    CHECK(fold(0x1FFFE) == 0xFFFF);
    CHECK(fold(0xFFFFFFFF) == 0xFFFF);
    CHECK(fold(0xFFFFFFFFFFFFFFFF) == 0xFFFF);
    CHECK(fold(0xFFFF0000FFFF0001) == 1);
    std::mt19937_64 random(21);
    for (int i = 0; i < 100'000; ++i) {
        const std::uint64_t value = random();
        // The same value modulo 0xFFFF, and 0 only for 0.
        REQUIRE(fold(value) % 0xFFFF == value % 0xFFFF);
        REQUIRE(fold(value) != 0);
    }
}

TEST_CASE("an IPv4 header's checksum can be followed by hand")
{
    // 4500 + 0073 + 0000 + 4000 + 4011 + c0a8 + 0001 + c0a8 + 00c7 = 2479c; 479c + 2 = 479e; its complement is b861.
    const auto header = laid<Ipv4>("4500 0073 0000 4000 4011 0000 c0a80001 c0a800c7");
    CHECK(ipv4_checksum(header) == Be16{0xB861});
    CHECK(is_intact(sum(hex("4500 0073 0000 4000 4011 b861 c0a80001 c0a800c7"))));
    CHECK_FALSE(is_intact(sum(hex("4500 0073 0000 4000 4011 b861 c0a80001 c0a800c8"))));
    CHECK(ipv4_checksum(hex("4600 0018 0000 0000 4001 0000 0a000001 0a000002 94040000")).host() ==
          reference_checksum(hex("4600 0018 0000 0000 4001 0000 0a000001 0a000002 94040000")));
}

TEST_CASE("TCP, UDP and ICMPv6 are summed with the pseudo-header of their family")
{
    std::mt19937 random(22);
    const auto v4 = laid<Ipv4>("4500 0000 0000 4000 4006 0000 c0000201 c6336402");
    const auto v6 = laid<Ipv6>("60000000 0000 06 40 20010db8000000000000000000000001 20010db8ffff0000fffffffffffffffe");
    const Bytes source4 = hex("c0000201"), destination4 = hex("c6336402");
    const Bytes source6 = test::parse_ipv6("2001:db8::1"),
                destination6 = test::parse_ipv6("2001:db8:ffff:0:ffff:ffff:ffff:fffe");
    for (std::size_t size : {0U, 1U, 8U, 20U, 21U, 1459U, 65'515U}) {
        const Bytes segment = random_bytes(random, size);
        CHECK(upper_checksum(v4, IpProtocol::tcp, segment).host() ==
              reference_checksum(joined(pseudo_header(source4, destination4, 6, size), segment)));
        CHECK(upper_checksum(v6, IpProtocol::icmp6, segment).host() ==
              reference_checksum(joined(pseudo_header(source6, destination6, 58, size), segment)));
    }
}

TEST_CASE("ICMP for IPv4 is summed alone")
{
    CHECK(icmp_checksum(hex("0800 0000 0001 0001 61626364")).host() ==
          reference_checksum(hex("0800 0000 0001 0001 61626364")));
}

TEST_CASE("a UDP checksum that comes out as zero is sent as all ones")
{
    const auto ip = laid<Ipv4>("4500 0000 0000 4000 4011 0000 c0000201 c6336402");
    Bytes datagram = hex("c350 12b5 000a 0000 0000");
    // Choose the two bytes of payload so that the sum is all ones and the checksum therefore 0.
    const std::uint16_t before = upper_checksum(ip, IpProtocol::udp, datagram).host();
    test::write_number(datagram, 8, 2, before);
    REQUIRE(upper_checksum(ip, IpProtocol::udp, datagram) == Be16{0});
    CHECK(udp_checksum(ip, datagram) == Be16{0xFFFF});
    test::write_number(datagram, 6, 2, 0xFFFF);
    CHECK(upper_is_intact(ip, IpProtocol::udp, datagram));
    test::write_number(datagram, 8, 2, before ^ 1U);
    CHECK_FALSE(upper_is_intact(ip, IpProtocol::udp, datagram));
}

} // namespace sluice::wire
