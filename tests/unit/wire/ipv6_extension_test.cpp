// The walk over IPv6 extension headers: what it passes, where it ends, and chains made to harm it.
#include <catch2/catch.hpp>

#include <random>

#include "dataplane/wire/ipv6_extension.hpp"
#include "tests/unit/wire/laid.hpp"

namespace sluice::wire {
namespace {

using test::Bytes;
using test::hex;

constexpr std::uint8_t hop = IpProtocol::hop_by_hop;
constexpr std::uint8_t options = IpProtocol::destination_options;
constexpr std::uint8_t fragment = IpProtocol::fragment;
constexpr std::uint8_t routing = IpProtocol::routing;

tl::expected<UpperLayer, ExtensionError> walk(std::uint8_t first, const char* payload)
{
    return skip_extensions(first, hex(payload));
}

// `count` headers of destination options, the last one naming `last`.
Bytes chain(unsigned count, std::uint8_t last)
{
    Bytes bytes;
    for (unsigned i = 0; i < count; ++i)
        test::append(bytes, test::numbers({{1, i + 1 == count ? last : options}, {1, 0}, {2, 0x0104}, {4, 0}}));
    return bytes;
}

} // namespace

TEST_CASE("the fragment header's fields")
{
    STATIC_REQUIRE(sizeof(Ipv6Fragment) == 8);
    STATIC_REQUIRE(sizeof(Ipv6Routing) == 4);
    const auto header = test::laid<Ipv6Fragment>("11 00 05a9 12345678");
    CHECK(header.next_header == IpProtocol::udp);
    CHECK(header.fragment_offset() == 1448);
    CHECK(header.more_fragments());
    CHECK(header.identification.host() == 0x12345678);
    CHECK(test::laid<Ipv6Fragment>("11 00 0001 00000000").is_fragment());
    CHECK(test::laid<Ipv6Fragment>("11 00 0008 00000000").is_fragment());
    CHECK_FALSE(test::laid<Ipv6Fragment>("11 ff 0006 00000000").is_fragment()); // reserved bits say nothing
}

TEST_CASE("without extension headers the upper layer is at once there")
{
    for (const std::uint8_t protocol : {IpProtocol::tcp, IpProtocol::udp, IpProtocol::icmp6, IpProtocol::esp,
                                        IpProtocol::authentication, IpProtocol::no_next_header, std::uint8_t{255}}) {
        const auto upper = walk(protocol, "");
        REQUIRE(upper);
        CHECK(upper->protocol == protocol);
        CHECK(upper->offset == 0);
        CHECK_FALSE(upper->has_fragment_header);
    }
}

TEST_CASE("known headers are passed in any order, hop-by-hop first")
{
    const auto upper = walk(hop, "3c 00 010400000000"
                                 "2b 01 0104000000000000 000000000000"
                                 "2c 02 0402 00000000 00000000000000000000000000000000"
                                 "06 00 0000 00000000"
                                 "01bbc350");
    REQUIRE(upper);
    CHECK(upper->protocol == IpProtocol::tcp);
    CHECK(upper->offset == 8 + 16 + 24 + 8);
    CHECK(upper->segments_left == 2);
    CHECK(upper->has_fragment_header);
    CHECK(upper->fragment_header == 48);
    CHECK_FALSE(upper->is_fragment()); // atomic: a whole packet
}

TEST_CASE("behind a fragment that is not the first there is only payload")
{
    const auto first = walk(fragment, "11 00 0001 0000abcd c350 12b5 0008 0000");
    REQUIRE(first);
    CHECK(first->is_first_fragment());
    CHECK(first->protocol == IpProtocol::udp);
    CHECK(first->fragment_identification.host() == 0xABCD);

    // What follows looks like destination options but is the middle of a datagram.
    const auto later = walk(fragment, "3c 00 05a9 0000abcd 11 ff 0000 00000000");
    REQUIRE(later);
    CHECK(later->is_fragment());
    CHECK_FALSE(later->is_first_fragment());
    CHECK(later->protocol == options);
    CHECK(later->offset == 8);
    CHECK(later->fragment_offset == 1448);
}

TEST_CASE("IPv6 chains made to harm end with their own name")
{
    CHECK(walk(options, "").error() == ExtensionError::truncated);
    CHECK(walk(options, "11").error() == ExtensionError::truncated);
    CHECK(walk(options, "11 00 0104 000000").error() == ExtensionError::truncated); // one byte short
    CHECK(walk(options, "11 01 0104 00000000").error() == ExtensionError::truncated);
    CHECK(walk(options, "11 ff 0104 00000000").error() == ExtensionError::truncated);
    CHECK(walk(fragment, "11 00 0001 000000").error() == ExtensionError::truncated);
    CHECK(walk(options, "00 00 0104 00000000 11 00 0104 00000000").error() == ExtensionError::misplaced_hop_by_hop);
    CHECK(walk(hop, "00 00 0104 00000000 11 00 0104 00000000").error() == ExtensionError::misplaced_hop_by_hop);
    CHECK(walk(fragment, "2c 00 0001 00000001 11 00 0001 00000002").error() == ExtensionError::repeated_fragment);
}

TEST_CASE("the IPv6 walk is bounded, and the bound itself is allowed")
{
    CHECK(skip_extensions(options, chain(max_ipv6_extensions, IpProtocol::udp))->offset == 64);
    CHECK(skip_extensions(options, chain(max_ipv6_extensions + 1, IpProtocol::udp)).error() ==
          ExtensionError::too_many);
    CHECK(skip_extensions(options, chain(8'000, IpProtocol::udp)).error() == ExtensionError::too_many);
    CHECK(skip_extensions(options, chain(2, IpProtocol::udp), 1).error() == ExtensionError::too_many);
}

TEST_CASE("no payload makes the walk leave it")
{
    std::mt19937 random(8200);
    constexpr std::array<std::uint8_t, 6> kinds{hop, routing, fragment, options, 6, 58};
    for (int i = 0; i < 200'000; ++i) {
        Bytes payload(random() % 72);
        for (std::size_t at = 0; at < payload.size(); ++at)
            payload[at] = static_cast<std::uint8_t>(at % 8 == 0 ? kinds[random() % kinds.size()] : random() % 3);
        const auto upper = skip_extensions(kinds[random() % kinds.size()], payload);
        if (!upper) continue;
        REQUIRE(upper->offset <= payload.size());
        REQUIRE(upper->offset % 8 == 0);
        if (upper->has_fragment_header) REQUIRE(upper->fragment_header + sizeof(Ipv6Fragment) <= upper->offset);
    }
}

} // namespace sluice::wire
