// VXLAN and GTP-U: where every field lies, and one header's bytes read and written.
#include <catch2/catch.hpp>

#include <cstddef>

#include "dataplane/wire/gtpu.hpp"
#include "dataplane/wire/vxlan.hpp"
#include "tests/unit/wire/laid.hpp"

namespace sluice::wire {

using test::bytes_of;
using test::laid;

TEST_CASE("VXLAN: one flag and a network of 24 bits")
{
    STATIC_REQUIRE(sizeof(Vxlan) == 8);
    STATIC_REQUIRE(offsetof(Vxlan, vni) == 4);
    CHECK(bytes_of(vxlan_header(4097)) == "0800000000100100");
    CHECK(bytes_of(vxlan_header(0xFFFFFF)) == "08000000ffffff00");
    CHECK(laid<Vxlan>("08 000000 001001 00").vni.host() == 4097);
    CHECK(laid<Vxlan>("ff ffffff 000001 ff").has_vni()); // the others are reserved: ignored on receipt
    CHECK(laid<Vxlan>("ff ffffff 000001 ff").vni.host() == 1);
    CHECK_FALSE(laid<Vxlan>("f7 000000 000001 00").has_vni());
    CHECK(bytes_of(Vxlan::port) == "12b5");
}

TEST_CASE("GTP-U: eight bytes that every message has")
{
    STATIC_REQUIRE(sizeof(Gtpu) == 8);
    STATIC_REQUIRE(offsetof(Gtpu, type) == 1);
    STATIC_REQUIRE(offsetof(Gtpu, length) == 2);
    STATIC_REQUIRE(offsetof(Gtpu, teid) == 4);
    const auto data = laid<Gtpu>("30 ff 0054 12345678");
    CHECK(data.version() == Gtpu::version_1);
    CHECK(data.is_gtp());
    CHECK_FALSE(data.has_optional());
    CHECK(data.type == GtpuMessage::g_pdu);
    CHECK(data.length.host() == 84);
    CHECK(data.teid.host() == 0x12345678);
    CHECK(bytes_of(Gtpu{Gtpu::plain, GtpuMessage::echo_request, Be16{0}, Be32{0}}) == "3001000000000000");
    CHECK(bytes_of(Gtpu::port) == "0868");
}

TEST_CASE("GTP-U: each flag says its own thing, and any of three brings the optional part")
{
    const auto flags = [](std::uint8_t byte) { return Gtpu{byte, 0, {}, {}}; };
    CHECK(flags(0x34).has_extension());
    CHECK(flags(0x32).has_sequence());
    CHECK(flags(0x31).has_npdu());
    CHECK_FALSE(flags(0x33).has_extension());
    for (const std::uint8_t byte : std::to_array<std::uint8_t>({0x31, 0x32, 0x34, 0x37}))
        CHECK(flags(byte).has_optional());
    CHECK_FALSE(flags(0x38).has_optional()); // the spare bit
    CHECK_FALSE(flags(0x20).is_gtp());       // the charging protocol
    CHECK(flags(0x50).version() == 2);
    STATIC_REQUIRE(sizeof(GtpuOptional) == 4);
    const auto optional = laid<GtpuOptional>("0102 03 85");
    CHECK(optional.sequence.host() == 0x0102);
    CHECK(optional.npdu == 3);
    CHECK(optional.next_extension == 0x85);
}

TEST_CASE("GTP-U: the elements of answers")
{
    CHECK(bytes_of(GtpuRecovery{GtpuRecovery::recovery, 0}) == "0e00");
    CHECK(bytes_of(GtpuTeid{GtpuTeid::teid_data_1, Be32{0x12345678}}) == "1012345678");
    CHECK(bytes_of(GtpuPeerAddress{GtpuPeerAddress::peer_address, Be16{4}}) == "850004");
    CHECK(bytes_of(GtpuExtensionList{GtpuExtensionList::extension_header_types, 1}) == "8d01");
}

} // namespace sluice::wire
