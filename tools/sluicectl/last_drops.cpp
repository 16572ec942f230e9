// `drops --last`: one line per packet, and the packets themselves with --pcap.
#include "tools/sluicectl/last_drops.hpp"

#include <array>
#include <cstdio>
#include <ctime>

#include "tools/sluicectl/frame_text.hpp"
#include "tools/sluicectl/json.hpp"
#include "tools/sluicectl/pcap.hpp"
#include "tools/sluicectl/table.hpp"
#include "tools/sluicectl/wording.hpp"

namespace sluice::ctl {
namespace {

constexpr std::uint64_t nanoseconds_per_second = 1'000'000'000;
constexpr std::uint64_t nanoseconds_per_millisecond = 1'000'000;

std::string clock_time(std::uint64_t time_ns)
{
    const auto seconds = static_cast<std::time_t>(time_ns / nanoseconds_per_second);
    std::tm local{};
    ::localtime_r(&seconds, &local);
    std::array<char, 32> out{};
    const std::size_t length = std::strftime(out.data(), out.size(), "%H:%M:%S", &local);
    std::snprintf(out.data() + length, out.size() - length, ".%03u",
                  static_cast<unsigned>(time_ns % nanoseconds_per_second / nanoseconds_per_millisecond));
    return out.data();
}

std::string listing(const api::LastDrops& drops)
{
    if (drops.drops().empty()) return "no dropped packet is kept\n";
    Table table({{"TIME"}, {"REASON"}, {"STAGE"}, {"PORT"}, {"WORKER", true}, {"BYTES", true}, {"PACKET"}});
    for (const api::LastDrop& drop : drops.drops())
        table.add({clock_time(drop.time_ns()), drop.reason(), known(drop.stage()), known(drop.interface()),
                   std::to_string(drop.worker()), counted(drop.length()), frame_text(drop.data())});
    return table.text();
}

} // namespace

tl::expected<api::LastDrops, Trouble> read_last_drops(Node& node, std::uint32_t limit)
{
    return body_of<api::LastDrops>(node.dataplane(query(api::LAST_DROPS, limit)));
}

Outcome show_last_drops(const Invocation& invocation, Node& node)
{
    const auto limit = invocation.number("limit");
    if (!limit) return tl::unexpected(limit.error());
    const auto drops = read_last_drops(node, limit->value_or(0));
    if (drops && invocation.has("pcap"))
        if (const auto done = write_file(invocation.text("pcap"), pcap_of(*drops)); !done)
            return trouble(Exit::finding, done.error().text());
    return report_of(invocation, drops, [](const auto& answer) { return listing(answer); });
}

} // namespace sluice::ctl
