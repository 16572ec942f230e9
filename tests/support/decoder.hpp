// The walk behind decode(): a place in the packet and the layers seen so far. Used by decode*.cpp only.
#pragma once

#include "tests/support/decode.hpp"

namespace sluice::test {

class Decoder {
public:
    Decoder(ByteSpan bytes, bool partial)
        : bytes_(bytes)
        , end_(bytes.size())
        , partial_(partial)
    {
    }

    void ethernet();
    void ip();
    Decoded finish();

private:
    std::size_t left() const { return end_ - at_; }
    std::uint64_t peek(std::size_t offset, std::size_t width) const { return read_number(bytes_, at_ + offset, width); }
    ByteSpan slice(std::size_t offset, std::size_t width) const { return bytes_.subspan(at_ + offset, width); }
    void fault(std::string text) { result_.faults.push_back(std::move(text)); }

    // Begins a layer of at least `length` bytes; false, with a fault, when fewer are left.
    bool open(std::string_view name, std::size_t length);
    void number(std::string_view name, std::size_t offset, std::size_t width);
    void value(std::string_view name, std::uint64_t number, std::string text = {});
    void mac(std::string_view name, std::size_t offset);
    void address(std::string_view name, std::size_t offset, std::size_t width);
    void end_at(std::size_t length); // what lies behind is padding
    void check(std::string_view name, ByteSpan covered);

    void by_ether_type(std::uint64_t type);
    void by_protocol(std::uint64_t protocol);
    void vlan();
    void arp();
    void ipv4();
    void ipv6();
    void extension(std::uint64_t protocol);
    void fragment();
    void udp();
    void tcp();
    void tcp_options(std::size_t end);
    void icmp();
    void icmp6();
    void neighbor();
    void vxlan();
    void gtpu();
    void gtpu_extensions(std::uint64_t type);
    Bytes with_pseudo_header(std::uint8_t protocol, ByteSpan segment) const;

    ByteSpan bytes_;
    std::size_t at_ = 0;
    std::size_t end_;
    bool partial_;
    bool is_fragment_ = false;
    Bytes source_;
    Bytes destination_;
    Decoded result_;
};

} // namespace sluice::test
