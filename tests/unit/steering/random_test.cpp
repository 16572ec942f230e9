// Random packets, most of them nearly right, against the rules written a second time (reference.hpp).
#include <catch2/catch.hpp>

#include <map>
#include <random>

#include "tests/unit/steering/reference.hpp"

namespace sluice::test {
namespace {

using namespace site;

constexpr unsigned first_seed = 20261127;
constexpr int packets = 40'000;

class Dice {
public:
    explicit Dice(unsigned seed)
        : engine_(seed)
    {
    }
    unsigned below(unsigned sides) { return std::uniform_int_distribution<unsigned>(0, sides - 1)(engine_); }
    bool once_in(unsigned throws) { return below(throws) == 0; }
    template<class List>
    auto one_of(const List& list)
    {
        return *(std::begin(list) + below(static_cast<unsigned>(std::size(list))));
    }

private:
    std::mt19937 engine_;
};

constexpr std::string_view macs[] = {mac, mac, mac, other_mac, "ff:ff:ff:ff:ff:ff", "33:33:ff:00:00:80"};
constexpr std::string_view targets4[] = {kernel4, kernel4, gtpu4,          service4,      pooled4,
                                         hole4,   peer4,   "203.0.113.80", "203.0.113.79"};
constexpr std::string_view targets6[] = {kernel6, kernel6, service6, peer6, "ff02::1:ff00:80"};
constexpr unsigned ports[] = {4789, 4789, 4789, 2152, 443};
constexpr unsigned tags[] = {0, our_vlan, 311};
constexpr unsigned extensions[] = {0, 43, 60, 60, 135};

void add_upper(Dice& dice, Packet& packet)
{
    if (dice.once_in(4))
        packet.tcp(40000, dice.one_of(ports), "S");
    else
        packet.udp(40000, dice.one_of(ports)).payload(dice.below(40));
}

Packet made_up(Dice& dice)
{
    Packet packet;
    packet.ethernet(dice.one_of(macs));
    if (dice.once_in(4)) packet.vlan(dice.one_of(tags), dice.below(8));
    switch (dice.below(6)) {
    case 0:
        return packet.arp_request(near_mac, peer4, dice.one_of(targets4));
    case 1:
        return packet.ipv6("fe80::1", dice.one_of(targets6))
            .ttl(dice.once_in(8) ? 64 : 255)
            .nd_solicit(dice.one_of(targets6));
    case 2:
    case 3:
        packet.ipv6(peer6, dice.one_of(targets6));
        for (unsigned left = dice.once_in(2) ? dice.below(8) : 0; left > 0; --left)
            packet.extension(dice.one_of(extensions), Bytes(dice.once_in(3) ? 14 : 6, 0));
        if (dice.once_in(6)) packet.fragment(dice.once_in(2) ? 0 : 8 * dice.below(100), dice.once_in(2));
        break;
    default:
        packet.ipv4(peer4, dice.one_of(targets4));
        if (dice.once_in(6)) packet.ipv4_options(Bytes(4 * (1 + dice.below(9)), 1));
        if (dice.once_in(6)) packet.fragment(dice.once_in(2) ? 0 : 8 * dice.below(100), dice.once_in(2));
    }
    add_upper(dice, packet);
    return packet;
}

// Every other one as it is; of the rest a byte is another, or the end is missing.
Bytes damaged(Dice& dice, Bytes frame)
{
    constexpr std::size_t least = 14; // of the kernel's test run
    if (dice.once_in(4))
        frame[dice.below(static_cast<unsigned>(frame.size()))] = static_cast<std::uint8_t>(dice.below(256));
    if (dice.once_in(4)) frame.resize(std::max<std::size_t>(least, dice.below(static_cast<unsigned>(frame.size()))));
    return frame;
}

} // namespace

TEST_CASE("the program and the rules written a second time judge random packets alike")
{
    Dice dice(first_seed);
    std::map<std::string, int> met;
    for (const Tunnels tunnels : {Tunnels::over4, Tunnels::over6}) {
        Loaded loaded;
        set_up(loaded, tunnels);
        int differ = 0;
        for (int i = 0; i < packets / 2; ++i) {
            const Bytes frame = damaged(dice, made_up(dice).bytes());
            const std::string wanted = reference_verdict(frame, tunnels);
            const std::string verdict = loaded.verdict(frame);
            ++met[wanted];
            if (verdict == wanted) continue;
            UNSCOPED_INFO(to_hex(frame) << ": " << verdict << ", wanted " << wanted);
            if (++differ == 3) break;
        }
        CHECK(differ == 0);
    }
    for (const char* verdict : {"passed", "tunnel", "address", "neighbor", "vlan"}) {
        INFO(verdict);
        CHECK(met[verdict] > packets / 100); // the packets are worth asking
    }
}

} // namespace sluice::test
