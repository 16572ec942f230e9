// `announcements`: what routing daemons are told of this node, prefix by prefix.
#include "tools/sluicectl/handlers.hpp"
#include "tools/sluicectl/json.hpp"
#include "tools/sluicectl/node.hpp"
#include "tools/sluicectl/table.hpp"
#include "tools/sluicectl/wording.hpp"

namespace sluice::ctl {
namespace {

std::string listing(const api::Announcements& all)
{
    if (all.announcements().empty()) return "nothing is announced, and nothing is to be\n";
    Table table({{"PREFIX"}, {"KIND"}, {"OF"}, {"ANNOUNCED", true}, {"ERROR"}});
    for (const api::Announcement& one : all.announcements())
        table.add({prefix(one.prefix()), known(one.kind()), known(one.of()),
                   one.announced() ? span(one.age_s()) : std::string(nothing), known(one.error())});
    return table.text();
}

} // namespace

Outcome show_announcements(const Invocation& invocation, Node& node)
{
    return report_of(invocation, body_of<api::Announcements>(node.control(query(api::ANNOUNCEMENTS))),
                     [](const auto& answer) { return listing(answer); });
}

} // namespace sluice::ctl
