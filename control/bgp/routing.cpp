#include "control/bgp/routing.hpp"

#include "config/scalars.hpp"
#include "config/secret.hpp"
#include "control/bgp/frr_config.hpp"

namespace sluice::control::bgp {
namespace {

bool is_managed(const config::Config& config)
{
    return config.bgp.line != 0 && config.bgp.mode == config::Bgp::Mode::managed;
}

std::vector<std::string> watched(const config::Config& config, const std::string& node)
{
    if (!config.bgp.pid_files.empty() || !is_managed(config)) return config.bgp.pid_files;
    return {"/run/frr/" + node + "/zebra.pid", "/run/frr/" + node + "/bgpd.pid"};
}

Result<Passwords> read_passwords(const config::Bgp& bgp)
{
    Passwords passwords;
    for (const auto& [name, neighbor] : bgp.neighbors) {
        if (neighbor.password_file.empty()) continue;
        const auto password = config::read_secret(neighbor.password_file);
        if (!password) return tl::unexpected(password.error());
        passwords[name] = *password;
    }
    return passwords;
}

} // namespace

Routing::Routing(const std::string& node)
    : node_(node)
    , applier_(node)
{
}

void Routing::configure(const config::Config& effective, Clock::time_point now)
{
    keep_ = effective.bgp.keep_when_lost;
    watch_.watch(watched(effective, node_), now);
    problem_.clear();
    if (!is_managed(effective)) return applier_.want(std::nullopt);
    const auto passwords = read_passwords(effective.bgp);
    if (!passwords) { // the check has read it a moment ago; what FRR has stays
        problem_ = passwords.error().text();
        return;
    }
    Wanted wanted{frr_config(effective, *passwords), {}};
    for (const auto& [name, password] : *passwords)
        wanted.secrets.push_back(password);
    applier_.want(std::move(wanted));
}

bool Routing::are_routes_lost(Clock::time_point now) const
{
    const auto gone = watch_.gone_since();
    return gone && keep_ && now - *gone >= *keep_;
}

FeedStatus Routing::daemons(Clock::time_point now) const
{
    const auto gone = watch_.gone_since();
    FeedStatus out;
    out.name = "routing";
    out.kind = "bgp";
    out.state = gone ? FeedState::stale : FeedState::synchronised;
    out.since = gone.value_or(since_);
    if (!gone) return out;
    out.error = "no living process in " + watch_.gone() + "; its routes are ";
    if (are_routes_lost(now))
        out.error += "not used";
    else if (keep_)
        out.error += "used for " + config::duration_text(*keep_) + " after it";
    else
        out.error += "used forever";
    return out;
}

std::vector<FeedStatus> Routing::status() const
{
    std::vector<FeedStatus> out;
    if (watch_.is_watching()) out.push_back(daemons(Clock::now()));
    auto frr = applier_.status();
    if (!frr) return out;
    if (!problem_.empty()) {
        frr->state = FeedState::stale;
        frr->error = problem_;
    }
    out.push_back(*frr);
    return out;
}

} // namespace sluice::control::bgp
