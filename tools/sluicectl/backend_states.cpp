#include "tools/sluicectl/backend_states.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace sluice::ctl {
namespace {

std::string written_time(const std::tm& time, const char* format)
{
    std::array<char, 64> out{};
    return {out.data(), std::strftime(out.data(), out.size(), format, &time)};
}

std::string clock_text(std::uint64_t seconds)
{
    const auto then = static_cast<std::time_t>(seconds);
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    std::tm today{};
    localtime_r(&then, &local);
    localtime_r(&now, &today);
    const bool same_day = local.tm_year == today.tm_year && local.tm_yday == today.tm_yday;
    return written_time(local, same_day ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S");
}

} // namespace

const api::ServiceState* find_service(const api::BackendStates& states, const std::string& name)
{
    const auto found = std::ranges::find_if(states.services(), [&](const auto& one) { return one.name() == name; });
    return found == states.services().end() ? nullptr : &*found;
}

const api::BackendState* find_backend(const api::ServiceState& service, const std::string& address, std::uint32_t port)
{
    const auto found = std::ranges::find_if(
        service.backends(), [&](const auto& one) { return one.address() == address && one.port() == port; });
    return found == service.backends().end() ? nullptr : &*found;
}

std::string state_text(const api::ServiceState& service, const api::BackendState& backend)
{
    const std::string& state = backend.state();
    std::string text = state;
    if (state == "waiting") text = "waiting for its first check";
    if (state == "unhealthy" && backend.since() != 0) text += " since " + clock_text(backend.since());
    if (state == "not in registry") text += "; drained";
    if (!backend.reason().empty())
        text += (state == "unhealthy" || state == "waiting" ? ": " : "; ") + backend.reason();
    if (state == "unhealthy" && service.all_down() && service.fail_open()) text += "; used, for all are down";
    return text;
}

} // namespace sluice::ctl
