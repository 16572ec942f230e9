#include "dataplane/receive_spread.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sluice::dataplane {
namespace {

class RedirectionTable {
public:
    RedirectionTable(std::uint16_t device, unsigned entries)
        : device_(device)
        , entries_(entries)
        , groups_((entries + RTE_ETH_RETA_GROUP_SIZE - 1) / RTE_ETH_RETA_GROUP_SIZE)
    {
        for (unsigned entry = 0; entry < entries_; ++entry)
            groups_[entry / RTE_ETH_RETA_GROUP_SIZE].mask |= std::uint64_t{1} << entry % RTE_ETH_RETA_GROUP_SIZE;
    }

    [[nodiscard]] bool read() { return rte_eth_dev_rss_reta_query(device_, groups_.data(), size()) == 0; }
    [[nodiscard]] bool deal_out(unsigned queues)
    {
        for (unsigned entry = 0; entry < entries_; ++entry)
            queue(entry) = static_cast<std::uint16_t>(entry % queues);
        return rte_eth_dev_rss_reta_update(device_, groups_.data(), size()) == 0;
    }
    // How many entries name each queue.
    [[nodiscard]] std::vector<unsigned> shares(unsigned queues)
    {
        std::vector<unsigned> shares(queues);
        for (unsigned entry = 0; entry < entries_; ++entry)
            if (queue(entry) < queues) ++shares[queue(entry)];
        return shares;
    }

private:
    [[nodiscard]] std::uint16_t size() const { return static_cast<std::uint16_t>(entries_); }
    [[nodiscard]] std::uint16_t& queue(unsigned entry)
    {
        return groups_[entry / RTE_ETH_RETA_GROUP_SIZE].reta[entry % RTE_ETH_RETA_GROUP_SIZE];
    }

    std::uint16_t device_;
    unsigned entries_;
    std::vector<rte_eth_rss_reta_entry64> groups_;
};

bool even(const std::vector<unsigned>& shares)
{
    const auto [least, most] = std::minmax_element(shares.begin(), shares.end());
    return *most - *least <= 1;
}

std::vector<std::string> names_of(std::uint64_t hash_types)
{
    constexpr std::array<std::pair<std::uint64_t, const char*>, 8> names{{
        {RTE_ETH_RSS_IPV4, "ipv4"},
        {RTE_ETH_RSS_NONFRAG_IPV4_TCP, "ipv4-tcp"},
        {RTE_ETH_RSS_NONFRAG_IPV4_UDP, "ipv4-udp"},
        {RTE_ETH_RSS_NONFRAG_IPV4_OTHER, "ipv4-other"},
        {RTE_ETH_RSS_IPV6, "ipv6"},
        {RTE_ETH_RSS_NONFRAG_IPV6_TCP, "ipv6-tcp"},
        {RTE_ETH_RSS_NONFRAG_IPV6_UDP, "ipv6-udp"},
        {RTE_ETH_RSS_NONFRAG_IPV6_OTHER, "ipv6-other"},
    }};
    std::vector<std::string> found;
    for (const auto& [type, name] : names)
        if ((hash_types & type) != 0) found.emplace_back(name);
    return found;
}

} // namespace

ReceiveSpread spread_receiving(std::uint16_t device, unsigned queues)
{
    ReceiveSpread spread;
    rte_eth_dev_info info{}; // asked anew: some drivers know their table only once they are configured
    if (rte_eth_dev_info_get(device, &info) != 0) return spread;
    spread.key_bytes = info.hash_key_size;
    rte_eth_rss_conf hash{};
    if (rte_eth_dev_rss_hash_conf_get(device, &hash) == 0) spread.types = names_of(hash.rss_hf);
    RedirectionTable table(device, info.reta_size);
    if (info.reta_size == 0 || !table.read()) return spread;
    if (!even(table.shares(queues)) && (!table.deal_out(queues) || !table.read())) return spread;
    spread.table_entries = info.reta_size;
    const std::vector<unsigned> shares = table.shares(queues);
    spread.queues = queues - static_cast<unsigned>(std::count(shares.begin(), shares.end(), 0U));
    return spread;
}

} // namespace sluice::dataplane
