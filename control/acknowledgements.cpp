#include "control/acknowledgements.hpp"

#include <algorithm>
#include <limits>

namespace sluice::control {
namespace {

using Microseconds = Acknowledgements::Microseconds;

Microseconds rounded(std::chrono::steady_clock::duration took)
{
    using Wide = std::chrono::duration<std::int64_t, std::micro>;
    constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max(); // over an hour
    const std::int64_t count = std::chrono::duration_cast<Wide>(took).count();
    return Microseconds(static_cast<std::uint32_t>(std::clamp<std::int64_t>(count, 0, most)));
}

// The smallest that 99 of 100 do not exceed.
Microseconds percentile99(std::vector<Microseconds> values)
{
    const std::size_t rank = (values.size() * 99 + 99) / 100 - 1;
    const auto place = values.begin() + static_cast<std::ptrdiff_t>(rank);
    std::nth_element(values.begin(), place, values.end());
    return *place;
}

} // namespace

void Acknowledgements::noticed(const std::string& feed, TimePoint when)
{
    const auto [place, is_first] = waiting_.try_emplace(feed, when);
    if (!is_first) place->second = std::min(place->second, when);
}

void Acknowledgements::acknowledged(TimePoint now)
{
    for (const auto& [feed, since] : waiting_)
        record(feeds_[feed], now - since);
    waiting_.clear();
}

void Acknowledgements::record(Feed& feed, std::chrono::steady_clock::duration took)
{
    Figures& figures = feed.figures;
    figures.last = rounded(took);
    const double seconds = std::chrono::duration<double>(took).count();
    for (std::size_t i = 0; i < bounds.size(); ++i)
        figures.up_to[i] += seconds <= bounds[i] ? 1 : 0;
    ++figures.count;
    figures.sum_s += seconds;
    if (feed.newest.size() < window)
        feed.newest.push_back(figures.last);
    else
        feed.newest[feed.next++ % window] = figures.last;
    figures.p99 = percentile99(feed.newest);
}

const Acknowledgements::Figures* Acknowledgements::find(const std::string& feed) const
{
    const auto found = feeds_.find(feed);
    return found == feeds_.end() ? nullptr : &found->second.figures;
}

std::map<std::string, Acknowledgements::Figures> Acknowledgements::all() const
{
    std::map<std::string, Figures> out;
    for (const auto& [name, feed] : feeds_)
        out.emplace(name, feed.figures);
    return out;
}

} // namespace sluice::control
