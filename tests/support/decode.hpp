// Reads a packet back for the oracles of tests: named layers with named fields, outermost first. Shares no code with
// dataplane/wire. What is wrong with the packet (a checksum, a length, an end too early) is a fault, never an
// exception.
//   const Decoded got = decode(bytes);
//   CHECK(got.faults.empty());
//   CHECK(got.text("ipv4.source", innermost) == "203.0.113.7");
//   CHECK(got.number("tcp.mss") == 1410);
#pragma once

#include "tests/support/bytes.hpp"

namespace sluice::test {

struct DecodedField {
    std::string name;
    std::uint64_t number = 0;
    std::string text;
};

// Layers: ethernet, vlan, arp, ipv4, ipv6, extension, fragment, udp, tcp, icmp, icmp6, vxlan, gtpu, gtpu_extension.
struct DecodedLayer {
    std::string name;
    std::size_t offset; // from the packet's first byte
    std::vector<DecodedField> fields;
};

inline constexpr int innermost = -1;

struct Decoded {
    std::vector<DecodedLayer> layers;
    std::vector<std::string> faults;
    Bytes payload;  // behind the innermost layer
    Bytes embedded; // what an ICMP error is about, from its IP header; decode_embedded() reads it
    Bytes padding;  // behind the end that the outermost IP header names

    bool has(std::string_view layer) const { return count(layer) != 0; }
    std::size_t count(std::string_view layer) const;
    // `nth` counts layers of that name from outside, 0 the outermost; innermost is the last. std::out_of_range with a
    // description of the packet when there is no such layer.
    const DecodedLayer& layer(std::string_view name, int nth = 0) const;
    // `path` is LAYER.FIELD. std::out_of_range when there is no such field.
    std::uint64_t number(std::string_view path, int nth = 0) const;
    std::string text(std::string_view path, int nth = 0) const;

    // One line: "ethernet … | ipv4 source=10.0.0.1 … | 100 bytes [faults]".
    std::string describe() const;

private:
    const DecodedField& field(std::string_view path, int nth) const;
};

Decoded decode(ByteSpan frame);     // from the Ethernet header
Decoded decode_ip(ByteSpan packet); // from an IPv4 or IPv6 header
// As decode_ip, but the end may be missing and transport checksums are not judged.
Decoded decode_embedded(ByteSpan packet);

std::string describe(ByteSpan frame);

} // namespace sluice::test
