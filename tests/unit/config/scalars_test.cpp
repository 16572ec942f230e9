// Quantities as people write them. What is refused, and in which words, stands in cases/values.cases.
#include <catch2/catch.hpp>

#include "config/nearest.hpp"
#include "config/scalars.hpp"

namespace sluice::config {

using namespace std::chrono_literals;

TEST_CASE("counts are decimal, with k and M for thousands and millions")
{
    CHECK(parse_count("0") == 0);
    CHECK(parse_count("1500k") == 1'500'000);
    CHECK(parse_count("4M") == 4'000'000);
    CHECK(parse_count("18446744073709551615") == 18'446'744'073'709'551'615ULL);
    for (const char* wrong : {"", " 1", "1 ", "+1", "-1", "1.5", "1e3", "0x10", "1K", "k", "010", "00",
                              "18446744073709551616", "18446744073709552k"})
        CHECK_FALSE(parse_count(wrong));
}

TEST_CASE("identifiers may be hexadecimal")
{
    CHECK(parse_identifier("4097") == 4097);
    CHECK(parse_identifier("0x1001") == 4097);
    CHECK(parse_identifier("0xFFFFffff") == 0xFFFF'FFFF);
    for (const char* wrong : {"", "0x", "0X10", "x10", "0x1G", "0x-1", "010", "1k"})
        CHECK_FALSE(parse_identifier(wrong));
}

TEST_CASE("sizes carry a binary unit")
{
    CHECK(parse_bytes("512KiB") == 512ULL << 10);
    CHECK(parse_bytes("64MiB") == 64ULL << 20);
    CHECK(parse_bytes("8GiB") == 8ULL << 30);
    for (const char* wrong : {"", "8", "8GB", "8G", "8 GiB", "08GiB", "GiB", "17179869184GiB"})
        CHECK_FALSE(parse_bytes(wrong));
}

TEST_CASE("durations carry units that fall, each once")
{
    CHECK(parse_duration("300ms") == 300ms);
    CHECK(parse_duration("2h4m") == 2h + 4min);
    CHECK(parse_duration("1h30s") == 1h + 30s);
    CHECK(parse_duration("0s") == 0ms);
    for (const char* wrong :
         {"", "10", "10sec", "4m2h", "1m1m", "1h 2m", "010s", "1h05m", "-1s", "1.5s", "99999999999h"})
        CHECK_FALSE(parse_duration(wrong));
    for (const char* text : {"300ms", "10s", "2h4m", "168h", "0s"})
        CHECK(duration_text(parse_duration(text).value()) == text);
}

TEST_CASE("cores are runs and single ones")
{
    CHECK(parse_cores("1") == std::vector<unsigned>{1});
    CHECK(parse_cores("1,4-6") == std::vector<unsigned>{1, 4, 5, 6});
    for (const char* wrong : {"", ",", "1,", "-", "2-", "-2", "3-2", "1-2-3", "1,1", "01", "1024", "0-99999999999"})
        CHECK_FALSE(parse_cores(wrong));
}

TEST_CASE("ports come as ranges for pools and with their protocol for services")
{
    CHECK(parse_port_range("1024-65535") == std::pair<std::uint16_t, std::uint16_t>{1024, 65535});
    CHECK(parse_service_port("53/udp") == ServicePort{53, Protocol::udp});
    for (const char* wrong : {"", "1024", "0-10", "10-65536", "2-1", "1-2-3", "01-10"})
        CHECK_FALSE(parse_port_range(wrong));
    for (const char* wrong : {"", "53", "/tcp", "0/tcp", "65536/tcp", "53/TCP", "53/tcp/udp", "053/tcp"})
        CHECK_FALSE(parse_service_port(wrong));
}

TEST_CASE("an endpoint is an address and a port, IPv6 in brackets")
{
    CHECK(parse_listen_address("127.0.0.1:9469") == ListenAddress{*IpAddress::parse("127.0.0.1"), 9469});
    CHECK(parse_listen_address("[2001:db8::1]:80") == ListenAddress{*IpAddress::parse("2001:db8::1"), 80});
    for (const char* text : {"0.0.0.0:1", "[::]:65535"})
        CHECK(parse_listen_address(text)->text() == text);
    for (const char* wrong : {"", ":9469", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:09",
                              "::1:9469", "[::1]", "[::1]9469", "[127.0.0.1]:9469", "localhost:9469", "[]:1"})
        CHECK_FALSE(parse_listen_address(wrong));
}

TEST_CASE("an interface's address keeps its host bits and a prefix has none")
{
    CHECK(parse_interface_address("198.51.100.2/30")->address == *IpAddress::parse("198.51.100.2"));
    CHECK(parse_prefix("198.51.100.0/30")->length == 30);
    CHECK(parse_prefix("2001:db8::/64")->length == 64);
    for (const char* wrong : {"", "/8", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.1/8", "::1/64"})
        CHECK_FALSE(parse_prefix(wrong));
}

TEST_CASE("MAC addresses are those of one machine")
{
    CHECK(parse_mac("52:54:00:00:01:31"));
    for (const char* wrong : {"", "52:54:00:00:01", "52-54-00-00-01-31", "53:54:00:00:01:31", "00:00:00:00:00:00"})
        CHECK_FALSE(parse_mac(wrong));
}

TEST_CASE("sizes in messages are short")
{
    CHECK(bytes_text(8ULL << 30) == "8GiB");
    CHECK(bytes_text(176ULL << 20) == "176MiB");
    CHECK(rounded_bytes_text(0) == "0 bytes");
    CHECK(rounded_bytes_text(5'476'083'302) == "5.1 GiB");
}

TEST_CASE("a mistyped name suggests the nearest, or lists what there is")
{
    const std::vector<std::string> known{"address", "ports", "network"};
    CHECK(suggestion("adress", known) == ", did you mean 'address'?");
    CHECK(suggestion("prots", known) == ", did you mean 'ports'?"); // two letters swapped are one mistake
    CHECK(suggestion("netwroks", known) == ", did you mean 'network'?");
    CHECK(suggestion("bgp", known) == "; known here: address, ports, network");
    CHECK(suggestion(std::string(100'000, 'a'), known) == "; known here: address, ports, network");
    CHECK(suggestion("anything", {}).empty());
}

} // namespace sluice::config
