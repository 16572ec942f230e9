// `feeds`: where the control process has its knowledge from, and how fresh it is.
#include "tools/sluicectl/handlers.hpp"
#include "tools/sluicectl/json.hpp"
#include "tools/sluicectl/node.hpp"
#include "tools/sluicectl/table.hpp"
#include "tools/sluicectl/wording.hpp"

namespace sluice::ctl {
namespace {

// What is wrong with the feed, or else with the first of its entries that are skipped.
std::string trouble(const api::Feed& feed)
{
    return feed.error().empty() ? feed.first_skipped() : feed.error();
}

std::string milliseconds(std::uint64_t us)
{
    constexpr std::uint64_t per_ms = 1'000;
    constexpr std::uint64_t per_tenth = per_ms / 10;
    if (us == 0) return std::string(nothing);
    return counted(us / per_ms) + '.' + std::to_string(us % per_ms / per_tenth) + " ms";
}

std::string listing(const api::Feeds& feeds)
{
    Table table({{"FEED"},
                 {"KIND"},
                 {"STATE"},
                 {"SINCE", true},
                 {"ENTRIES", true},
                 {"SKIPPED", true},
                 {"ACKNOWLEDGED", true},
                 {"P99", true},
                 {"ERROR"}});
    for (const api::Feed& feed : feeds.feeds())
        table.add({feed.name(), feed.kind(), feed.state(), span(feed.age_s()), counted(feed.entries()),
                   counted(feed.skipped()), milliseconds(feed.ack_last_us()), milliseconds(feed.ack_p99_us()),
                   known(trouble(feed))});
    return table.text();
}

} // namespace

Outcome show_feeds(const Invocation& invocation, Node& node)
{
    return report_of(invocation, body_of<api::Feeds>(node.control(query(api::FEEDS))),
                     [](const auto& answer) { return listing(answer); });
}

} // namespace sluice::ctl
