// The walk over GTP-U extension headers: what it passes, and chains made to harm it.
#include <catch2/catch.hpp>

#include <random>

#include "dataplane/wire/gtpu_extension.hpp"
#include "tests/support/bytes.hpp"

namespace sluice::wire {
namespace {

using test::Bytes;
using test::hex;

constexpr std::uint8_t session = GtpuExtension::pdu_session_container;
constexpr auto nothing = [](std::uint8_t) { return false; };
constexpr auto anything = [](std::uint8_t) { return true; };
constexpr auto only_session = [](std::uint8_t type) { return type == session; };

template<class Understood>
tl::expected<std::size_t, GtpuExtensionError> walk(std::uint8_t first, const char* bytes, Understood understood)
{
    return skip_gtpu_extensions(first, hex(bytes), understood);
}

Bytes chain(unsigned count)
{
    Bytes bytes;
    for (unsigned i = 0; i < count; ++i)
        test::append(bytes, test::numbers({{1, 1}, {2, 0}, {1, i + 1 == count ? 0U : 0x20U}}));
    return bytes;
}

} // namespace

TEST_CASE("without an extension header the message is at once there")
{
    CHECK(walk(GtpuExtension::none, "", nothing) == 0U);
    CHECK(walk(GtpuExtension::none, "85 00 00 00", nothing) == 0U);
}

TEST_CASE("headers are passed by their own lengths")
{
    CHECK(walk(session, "01 1009 00 45", only_session) == 4U);
    CHECK(walk(0x20, "02 000000000000 85  01 1009 00", only_session) == 12U);
    CHECK(walk(session, "01 1009 20  01 aabb 00", only_session) == 8U);
}

TEST_CASE("a header that must be understood and is not ends the walk; an optional one does not")
{
    CHECK(walk(0x40, "01 0868 00", nothing) == 4U);
    CHECK(walk(0x03, "01 0000 00", nothing) == 4U);
    CHECK(walk(session, "01 1009 00", nothing).error() == GtpuExtensionError::not_understood);
    CHECK(walk(0xC0, "01 0000 00", only_session).error() == GtpuExtensionError::not_understood);
    CHECK(walk(session, "01 1009 c0 01 0000 00", only_session).error() == GtpuExtensionError::not_understood);
    for (unsigned type = 0; type <= 0xFF; ++type)
        CHECK(GtpuExtension::is_required(static_cast<std::uint8_t>(type)) == (type >= 0x80));
}

TEST_CASE("GTP-U chains made to harm end with their own name")
{
    CHECK(walk(session, "", anything).error() == GtpuExtensionError::truncated);
    CHECK(walk(session, "01", anything).error() == GtpuExtensionError::truncated);
    CHECK(walk(session, "01 1009", anything).error() == GtpuExtensionError::truncated);
    CHECK(walk(session, "ff 1009 00", anything).error() == GtpuExtensionError::truncated);
    CHECK(walk(session, "01 1009 20", anything).error() ==
          GtpuExtensionError::truncated); // names one that is not there
    CHECK(walk(session, "00 1009 00", anything).error() == GtpuExtensionError::zero_length);
    CHECK(walk(session, "01 1009 85 00 1009 85", anything).error() == GtpuExtensionError::zero_length);
    // What is wrong with its length is said first: nothing may be said about a header that is not whole.
    CHECK(walk(session, "02 1009 00", nothing).error() == GtpuExtensionError::truncated);
}

TEST_CASE("the GTP-U walk is bounded, and the bound itself is allowed")
{
    CHECK(skip_gtpu_extensions(0x20, chain(max_gtpu_extensions), nothing) == 4U * max_gtpu_extensions);
    CHECK(skip_gtpu_extensions(0x20, chain(max_gtpu_extensions + 1), nothing).error() == GtpuExtensionError::too_many);
    CHECK(skip_gtpu_extensions(0x20, chain(2), nothing, 1).error() == GtpuExtensionError::too_many);
}

TEST_CASE("no bytes make the walk leave them")
{
    std::mt19937 random(29281);
    for (int i = 0; i < 200'000; ++i) {
        Bytes bytes(random() % 40);
        for (std::size_t at = 0; at < bytes.size(); ++at)
            bytes[at] = static_cast<std::uint8_t>(at % 4 == 0 ? random() % 4 : random() % 3 * 0x20);
        const auto length = skip_gtpu_extensions(0x20, bytes, anything);
        if (!length) continue;
        REQUIRE(*length <= bytes.size());
        REQUIRE(*length % 4 == 0);
        REQUIRE(bytes[*length - 1] == GtpuExtension::none);
    }
}

} // namespace sluice::wire
