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

std::string listing(const api::Feeds& feeds)
{
    Table table({{"FEED"}, {"KIND"}, {"STATE"}, {"SINCE", true}, {"ENTRIES", true}, {"SKIPPED", true}, {"ERROR"}});
    for (const api::Feed& feed : feeds.feeds())
        table.add({feed.name(), feed.kind(), feed.state(), span(feed.age_s()), counted(feed.entries()),
                   counted(feed.skipped()), known(trouble(feed))});
    return table.text();
}

} // namespace

Outcome show_feeds(const Invocation& invocation, Node& node)
{
    return report_of(invocation, body_of<api::Feeds>(node.control(query(api::FEEDS))),
                     [](const auto& answer) { return listing(answer); });
}

} // namespace sluice::ctl
