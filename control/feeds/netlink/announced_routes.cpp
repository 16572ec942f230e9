// Kernel headers: linux/{if_link,rtnetlink}.h.
#include "control/feeds/netlink/announced_routes.hpp"

#include <utility>

#include <linux/rtnetlink.h>
#include <net/if.h>
#include <spdlog/spdlog.h>

#include "control/feeds/netlink/attributes.hpp"
#include "control/feeds/netlink/mirror.hpp"
#include "control/feeds/netlink/requests.hpp"
#include "dataplane/base/announcing_link.hpp"

namespace sluice::control::netlink {
namespace {

constexpr auto retry_interval = std::chrono::seconds(1);

} // namespace

void AnnouncedRoutes::handle(const nlmsghdr& message, TimePoint now)
{
    switch (message.nlmsg_type) {
    case RTM_NEWLINK:
    case RTM_DELLINK:
        return handle_link(message);
    case RTM_NEWROUTE:
    case RTM_DELROUTE:
        return handle_route(message, now);
    default:
        return;
    }
}

void AnnouncedRoutes::handle_link(const nlmsghdr& message)
{
    if (mnl_nlmsg_get_payload_len(&message) < sizeof(ifinfomsg)) return;
    const auto& header = *static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(&message));
    if (header.ifi_family != AF_UNSPEC) return;
    const auto index = static_cast<std::uint32_t>(header.ifi_index);
    const auto name = Attributes(message, sizeof(ifinfomsg)).text(IFLA_IFNAME);
    if (message.nlmsg_type == RTM_NEWLINK && name == announcing_link) {
        const bool up = (header.ifi_flags & IFF_UP) != 0;
        stale_ |= link_ == index && up != up_; // going down it lost IPv4 routes without a word
        if (last_link_ != 0 && last_link_ != index) lose_link();
        link_ = last_link_ = index;
        up_ = up;
    } else if (link_ == index) { // deleted, moved away or renamed
        lose_link();
    }
}

void AnnouncedRoutes::lose_link()
{
    link_ = 0;
    if (wanted_) gone_ = wanted_->dataplane;
    present_.clear();
    before_.clear();
    errors_.clear();
    changed_ = true;
}

void AnnouncedRoutes::handle_route(const nlmsghdr& message, TimePoint now)
{
    if (mnl_nlmsg_get_payload_len(&message) < sizeof(rtmsg)) return;
    const auto& header = *static_cast<const rtmsg*>(mnl_nlmsg_get_payload(&message));
    if (header.rtm_protocol != own_protocol || link_ == 0) return;
    if (header.rtm_family != AF_INET && header.rtm_family != AF_INET6) return;
    const Attributes attributes(message, sizeof(rtmsg));
    const std::uint32_t table = attributes.integer<std::uint32_t>(RTA_TABLE).value_or(header.rtm_table);
    if (table != RT_TABLE_MAIN || attributes.integer<std::uint32_t>(RTA_OIF) != link_) return;
    const auto address = attributes.address(RTA_DST);
    if (!address) return; // a default route is never ours
    const Key key{{*address, header.rtm_dst_len}, attributes.integer<std::uint32_t>(RTA_PRIORITY).value_or(0)};
    if (message.nlmsg_type == RTM_NEWROUTE)
        note(key, now);
    else
        forget(key);
}

void AnnouncedRoutes::note(const Key& key, TimePoint now)
{
    const auto known = before_.find(key);
    changed_ |= present_.try_emplace(key, known == before_.end() ? now : known->second).second;
    errors_.erase(key.first);
}

void AnnouncedRoutes::forget(const Key& key)
{
    changed_ |= present_.erase(key) != 0;
    before_.erase(key);
}

void AnnouncedRoutes::clear_routes()
{
    if (!present_.empty()) before_ = std::move(present_);
    present_.clear();
    changed_ = true;
}

void AnnouncedRoutes::clear()
{
    link_ = 0;
    clear_routes();
}

bool AnnouncedRoutes::take_stale()
{
    return std::exchange(stale_, false);
}

bool AnnouncedRoutes::take_changed()
{
    return std::exchange(changed_, false);
}

void AnnouncedRoutes::want(std::optional<WantedRoutes> wanted)
{
    wanted_ = std::move(wanted);
    next_try_ = {};
}

AnnouncedRoutes::Changes AnnouncedRoutes::changes()
{
    Changes out;
    if (!wanted_) return out;
    if (link_ == 0) gone_ = wanted_->dataplane;
    const bool adds = link_ != 0 && wanted_->dataplane != 0 && wanted_->dataplane != gone_;
    if (adds)
        for (const auto& [prefix, metric] : wanted_->metrics)
            if (!present_.contains({prefix, metric})) out.add.emplace_back(prefix, metric);
    for (const auto& [key, since] : present_) {
        const auto wish = wanted_->metrics.find(key.first);
        if (wish == wanted_->metrics.end() || wish->second != key.second) out.remove.push_back(key);
    }
    return out;
}

// First what is missing: a prefix whose kind changes is not withdrawn in between.
void AnnouncedRoutes::step(Socket& requests, TimePoint now)
{
    if (now < next_try_) return;
    const Changes due = changes();
    bool refused = false;
    for (const Key& key : due.add) {
        if (report("announced", key, add_route(requests, link_, key.first, key.second)))
            note(key, now);
        else
            refused = true;
    }
    for (const Key& key : due.remove) {
        if (report("withdrawn", key, remove_route(requests, link_, key.first, key.second)))
            forget(key);
        else
            refused = stale_ = true; // somebody else was faster, or we may not
    }
    if (refused) next_try_ = now + retry_interval;
    if (wanted_) std::erase_if(errors_, [&](const auto& entry) { return !wanted_->metrics.contains(entry.first); });
}

bool AnnouncedRoutes::report(const char* what, const Key& key, const Result<void>& done)
{
    if (done) {
        spdlog::info("event={} prefix={} metric={}", what, key.first.text(), key.second);
        return true;
    }
    const std::string why = done.error().text();
    std::string& told = errors_[key.first];
    if (told != why) spdlog::warn("event=kernel_refused what=\"{} {}\" error=\"{}\"", key.first.text(), what, why);
    changed_ |= told != why;
    told = why;
    return false;
}

std::vector<AnnouncedRoute> AnnouncedRoutes::snapshot() const
{
    std::vector<AnnouncedRoute> out;
    for (const auto& [key, since] : present_)
        out.push_back({key.first, key.second, since, {}});
    for (const auto& [prefix, error] : errors_)
        out.push_back({prefix, 0, {}, error});
    return out;
}

} // namespace sluice::control::netlink
