// Numbers are given out of what is free and what becomes free, so that a transaction that replaces every tunnel fits
// when the tables are full.
#include "dataplane/table/build/tunnel_counters.hpp"

#include <algorithm>

namespace sluice::table {

void TunnelCounters::hold(const TunnelIdentity& identity)
{
    const auto [place, is_new] = entries_.try_emplace(identity);
    if (is_new) fresh_.push_back(place);
    ++place->second.holders;
}

void TunnelCounters::release(const TunnelIdentity& identity)
{
    const auto place = entries_.find(identity);
    Entry& entry = place->second;
    if (--entry.holders != 0 || entry.has_left) return;
    entry.has_left = true;
    left_.push_back(place);
}

bool TunnelCounters::settle()
{
    used_before_ = used_;
    for (const Entries::iterator& place : left_) {
        if (place->second.holders != 0 || place->second.number == none) continue;
        free_.push_back(place->second.number); // behind all others
        ++freed_;
    }
    for (const Entries::iterator& place : fresh_) {
        if (place->second.holders == 0) continue;
        if (used_ == limit_ && given_ == free_.size()) return false;
        place->second.number = used_ < limit_ ? used_++ : free_[given_++];
    }
    return true;
}

std::size_t TunnelCounters::held() const
{
    return static_cast<std::size_t>(
        std::count_if(entries_.begin(), entries_.end(), [](const auto& entry) { return entry.second.holders != 0; }));
}

void TunnelCounters::commit()
{
    free_.erase(free_.begin(), free_.begin() + static_cast<std::ptrdiff_t>(given_));
    for (const Entries::iterator& place : left_) {
        place->second.has_left = false;
        if (place->second.holders == 0) entries_.erase(place);
    }
    close();
}

void TunnelCounters::discard()
{
    free_.resize(free_.size() - freed_);
    used_ = used_before_;
    for (const Entries::iterator& place : left_)
        place->second.has_left = false;
    for (const Entries::iterator& place : fresh_)
        entries_.erase(place);
    close();
}

void TunnelCounters::close()
{
    fresh_.clear();
    left_.clear();
    given_ = 0;
    freed_ = 0;
    used_before_ = used_;
}

} // namespace sluice::table
