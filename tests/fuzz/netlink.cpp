// Messages of rtnetlink, one after the other, as a kernel would write them and as none would.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <vector>

#include "control/feeds/netlink/mirror.hpp"

namespace sluice::control::netlink {
namespace {

void must(bool holds)
{
    if (!holds) std::abort();
}

// Who takes every update and believes nothing.
class Reader {
public:
    void take(Mirror& mirror)
    {
        const KernelUpdate update = mirror.take();
        must(!mirror.has_changes());
        if (update.neighbors)
            for (const KernelNeighbor& neighbor : *update.neighbors)
                must(is_ours(neighbor.interface));
        for (const auto& [number, via] : update.vias) {
            must(!via.hops.empty() && !via.source.empty());
            for (const KernelHop& hop : via.hops)
                must(is_ours(hop.interface) && hop.weight >= 1 && hop.weight <= 256);
            vias_[number] = via;
        }
        for (const KernelRoute& route : update.routes) {
            must(RouteKey::of(route.key.prefix()) == route.key);
            if (route.via == no_via) {
                routes_.erase(route.key);
            } else {
                must(vias_.contains(route.via));
                routes_[route.key] = route.via;
            }
        }
        must(routes_.size() <= mirror.size());
    }

private:
    [[nodiscard]] static bool is_ours(const std::string& interface)
    {
        return interface == "fabric" || interface == "edge";
    }

    std::map<std::uint32_t, KernelVia> vias_;
    std::map<RouteKey, std::uint32_t> routes_;
};

class Bytes {
public:
    Bytes(const std::uint8_t* data, std::size_t size)
        : words_(size / sizeof(std::uint64_t) + 1)
        , size_(static_cast<int>(size))
    {
        if (size != 0) std::memcpy(words_.data(), data, size);
    }
    template<class Use>
    std::uint64_t each(Use&& use) const
    {
        std::uint64_t messages = 0;
        int left = size_;
        for (const auto* message = reinterpret_cast<const nlmsghdr*>(words_.data()); mnl_nlmsg_ok(message, left);
             message = mnl_nlmsg_next(message, &left), ++messages)
            use(*message);
        return messages;
    }

private:
    std::vector<std::uint64_t> words_; // aligned as what a socket gives
    int size_;
};

} // namespace
} // namespace sluice::control::netlink

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace sluice::control::netlink;
    const Bytes bytes(data, std::min<std::size_t>(size, 1U << 16));
    Mirror mirror({"fabric", "edge"});
    Reader reader;
    const std::uint64_t messages = bytes.each([&](const nlmsghdr& message) {
        mirror.handle(message);
        reader.take(mirror);
    });
    must(mirror.refused() <= messages);
    must((mirror.refused() == 0) == mirror.first_refused().empty());
    // As a dump, twice: what comes the second time is what is there.
    for (int i = 0; i < 2; ++i) {
        mirror.begin_dump();
        bytes.each([&](const nlmsghdr& message) { mirror.handle(message); });
        mirror.end_dump();
        if (i == 1) must(mirror.take().empty());
        reader.take(mirror);
    }
    return 0;
}
