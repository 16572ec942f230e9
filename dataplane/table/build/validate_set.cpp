// References between objects, and what there may be once only.
#include <algorithm>
#include <iterator>
#include <map>
#include <optional>

#include "dataplane/table/build/describe.hpp"
#include "dataplane/table/build/fields.hpp"
#include "dataplane/table/build/validate.hpp"

namespace sluice::table {
namespace {

std::optional<std::uint32_t> network_named_by(const api::Object& object)
{
    switch (object.kind_case()) {
    case Kind::kInterface:
        return object.interface().network();
    case Kind::kRoute:
        return object.route().network();
    case Kind::kGtpuTunnel:
        return object.gtpu_tunnel().network();
    case Kind::kNatRule:
        return object.nat_rule().network();
    case Kind::kEip:
        return object.eip().network();
    case Kind::kService:
        return object.service().network();
    default:
        return std::nullopt;
    }
}

bool exists(const ObjectStore& objects, std::uint32_t network)
{
    if (network == public_network) return true;
    api::Object wanted;
    wanted.mutable_network()->set_id(network);
    return objects.find(object_key(wanted)) != nullptr;
}

// Asks the store once for each number.
class KnownNetworks {
public:
    explicit KnownNetworks(const ObjectStore& objects)
        : objects_(objects)
    {
    }
    [[nodiscard]] Result<void> check(const api::Object& object)
    {
        const auto network = network_named_by(object);
        if (!network || has(*network)) return {};
        return fail(describe(object), "there is no network " + std::to_string(*network));
    }

private:
    [[nodiscard]] bool has(std::uint32_t network)
    {
        if (network >= asked_.size()) return false;
        if (!asked_[network]) asked_[network] = exists(objects_, network);
        return *asked_[network];
    }

    const ObjectStore& objects_;
    std::vector<std::optional<bool>> asked_ = std::vector<std::optional<bool>>(Bounds::networks);
};

Result<void> validate_vnis(const ObjectStore& objects)
{
    std::map<std::uint32_t, std::string> vnis;
    for (const auto& [key, object] : objects.of(Kind::kNetwork)) {
        if (object.network().vni() == 0) continue;
        const auto [place, is_new] = vnis.try_emplace(object.network().vni(), describe(object));
        if (!is_new)
            return fail(describe(object),
                        "the VNI " + std::to_string(object.network().vni()) + " belongs to " + place->second);
    }
    return {};
}

bool is_gone(const Change& change)
{
    return change.now == nullptr;
}

Result<void> validate_networks(const ObjectStore& objects, const Changes& changes)
{
    if (changes.any({Kind::kNetwork}))
        if (auto good = validate_vnis(objects); !good) return good;
    KnownNetworks known(objects);
    const std::vector<Change>& networks = changes.of(Kind::kNetwork);
    if (std::any_of(networks.begin(), networks.end(), is_gone)) {
        for (const auto& [key, object] : objects.all())
            if (auto good = known.check(object); !good) return good;
        return {};
    }
    for (const Kind kind :
         {Kind::kInterface, Kind::kRoute, Kind::kGtpuTunnel, Kind::kNatRule, Kind::kEip, Kind::kService})
        for (const Change& change : changes.of(kind))
            if (!is_gone(change))
                if (auto good = known.check(*change.now); !good) return good;
    return {};
}

// A tunnel starts at our own end, which must be of the remote's family.
Verdict check_own_end(const api::NextHop& hop, const api::Settings& settings)
{
    if (hop.has_vxlan() && hop.vxlan().vtep().size() != settings.vtep().size())
        return refuse("VXLAN to " + ip_of(hop.vxlan().vtep()).text() + " needs a VTEP address of the same family here");
    if (hop.has_gtpu() && hop.gtpu().peer().size() != settings.gtpu_endpoint().size())
        return refuse("GTP-U to " + ip_of(hop.gtpu().peer()).text() + " needs an endpoint of the same family here");
    return {};
}

Result<void> validate_own_ends(const api::Object& object, const api::Settings& settings)
{
    for (const api::NextHop& hop : object.route().hops())
        if (const auto good = check_own_end(hop, settings); !good) return fail(describe(object), good.error());
    return {};
}

Result<void> validate_routes(const ObjectStore& objects, const Changes& changes, std::uint32_t limit)
{
    const auto routes = objects.of(Kind::kRoute);
    if (objects.count(Kind::kRoute) > limit)
        return fail(describe(std::next(routes.begin(), limit)->second),
                    "there is room for " + std::to_string(limit) + " routes");
    api::Object wanted;
    wanted.mutable_settings();
    const api::Object* found = objects.find(object_key(wanted));
    const api::Settings settings = found == nullptr ? api::Settings{} : found->settings();
    if (changes.any({Kind::kSettings})) {
        for (const auto& [key, object] : routes)
            if (auto good = validate_own_ends(object, settings); !good) return good;
        return {};
    }
    for (const Change& change : changes.of(Kind::kRoute))
        if (!is_gone(change))
            if (auto good = validate_own_ends(*change.now, settings); !good) return good;
    return {};
}

} // namespace

Result<void> validate_set(const ObjectStore& objects, const Changes& changes, std::uint32_t route_limit)
{
    if (auto good = validate_networks(objects, changes); !good) return good;
    if (auto good = validate_routes(objects, changes, route_limit); !good) return good;
    if (changes.any({Kind::kPool, Kind::kNatRule, Kind::kEip}))
        if (auto good = validate_translation_set(objects); !good) return good;
    return changes.any({Kind::kService}) ? validate_service_set(objects) : Result<void>{};
}

} // namespace sluice::table
