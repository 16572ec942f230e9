// ICMP errors whose quoted packet ends too early to say which session it was: from the internet, from a machine in
// VXLAN, from a phone in GTP-U.
#include <catch2/catch.hpp>

#include "tests/scenario/hostile/death.hpp"
#include "tests/scenario/stations.hpp"
#include "tests/support/decode.hpp"

namespace sluice::test {
namespace {

// IP header and eight bytes of transport are what every router quotes (RFC 792); with them the error finds its way.
constexpr std::size_t enough4 = 20 + 8;
constexpr std::size_t enough6 = 40 + 8;

void cut_quote(Bench& bench, const std::string& interface, const std::function<Packet(ByteSpan quoted)>& error,
               const Bytes& quoted, std::size_t enough, const std::string& to)
{
    const auto cut = [&](std::size_t length) { return error(first(quoted, length)).bytes(); };
    dies_at_every_length(bench, interface, cut, {{enough, "translate.icmp_error_unrelated"}});
    for (std::size_t length = enough; length <= quoted.size(); ++length)
        passes(bench, interface, cut(length), to);
}

// The IP packet that a frame carries to a machine or phone.
Bytes inside(const Left& left, std::string_view layer)
{
    return rest(left.frame, decode(left.frame).layer(layer, innermost).offset);
}

} // namespace

TEST_CASE("what an ICMP error from the internet quotes, cut at every length")
{
    Bench bench(one_node);
    const auto out = bench.send("n3", from_phone(bench, "192.0.2.9").udp(5353, 53).payload(30).bytes());
    REQUIRE(out.size() == 1);
    const Bytes quoted = rest(out[0].frame, 14);
    const std::string address = address_text(ByteSpan(quoted).subspan(12, 4));
    const auto error = [&](ByteSpan about) {
        return from_internet(bench).ipv4("198.51.100.9", address).icmp_error(3, 1, 0, about);
    };
    cut_quote(bench, "internet", error, quoted, enough4, "n3");
}

TEST_CASE("what an ICMPv6 error from the internet quotes, cut at every length")
{
    Bench bench(one_node);
    const Bytes syn = from_internet(bench).ipv6("2001:db8:5::9", "2001:db8:f::80").tcp(50'000, 443, "S").bytes();
    REQUIRE(bench.send("internet", syn).size() == 1);
    const auto error = [&](ByteSpan about) {
        return from_internet(bench).ipv6("2001:db8:5::1", "2001:db8:f::80").icmp6_error(2, 0, 1280, about);
    };
    const Packet answer = Packet{}.ipv6("2001:db8:f::80", "2001:db8:5::9");
    cut_quote(bench, "internet", error, Packet(answer).tcp(443, 50'000, "SA").bytes(), enough6, "fabric");
    cut_quote(bench, "internet", error, Packet(answer).extension(60, Bytes(6)).tcp(443, 50'000, "SA").bytes(),
              enough6 + 8, "fabric");
}

TEST_CASE("what a machine's ICMP error quotes, cut at every length")
{
    Bench bench(one_node);
    const auto call = bench.send(
        "internet", from_internet(bench).ipv4("192.0.2.9", "203.0.113.80").tcp(50'000, 443, "S").mss(1460).bytes());
    REQUIRE(call.size() == 1);
    const Bytes quoted = inside(call[0], "ipv4");
    const std::string backend = address_text(ByteSpan(quoted).subspan(16, 4));
    const auto error = [&](ByteSpan about) {
        return from_machine(bench, backend).ipv4(backend, "192.0.2.9").icmp_error(3, 3, 0, about);
    };
    cut_quote(bench, "fabric", error, quoted, enough4, "internet");
}

TEST_CASE("what a machine's ICMPv6 error quotes, cut at every length")
{
    Bench bench(one_node);
    const auto call = bench.send(
        "internet",
        from_internet(bench).ipv6("2001:db8:5::9", "2001:db8:f::80").tcp(50'000, 443, "S").mss(1440).bytes());
    REQUIRE(call.size() == 1);
    const auto error = [&](ByteSpan about) {
        return from_machine(bench, "10.1.0.31").ipv6("2001:db8:1::31", "2001:db8:5::9").icmp6_error(1, 4, 0, about);
    };
    cut_quote(bench, "fabric", error, inside(call[0], "ipv6"), enough6, "internet");
}

TEST_CASE("what a phone's ICMP error quotes, cut at every length")
{
    Bench bench(one_node);
    const auto asked = bench.send("n3", from_phone(bench, "192.0.2.9").udp(5353, 53).bytes());
    REQUIRE(asked.size() == 1);
    const Decoded question = decode(asked[0].frame);
    const auto answer = bench.send("internet", from_internet(bench)
                                                   .ipv4("192.0.2.9", question.text("ipv4.source"))
                                                   .udp(53, static_cast<unsigned>(question.number("udp.source")))
                                                   .payload(20)
                                                   .bytes());
    REQUIRE(answer.size() == 1);
    const auto error = [&](ByteSpan about) { return from_phone(bench, "192.0.2.9").icmp_error(3, 3, 0, about); };
    cut_quote(bench, "n3", error, inside(answer[0], "ipv4"), enough4, "internet");
}

} // namespace sluice::test
