// References between objects, and what there may be once only.
#include <iterator>
#include <map>
#include <optional>

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

Result<void> validate_networks(const ObjectStore& objects)
{
    std::map<std::uint32_t, std::string> vnis;
    for (const auto& [key, object] : objects.of(Kind::kNetwork)) {
        if (object.network().vni() == 0) continue;
        const auto [place, is_new] = vnis.try_emplace(object.network().vni(), describe(object));
        if (!is_new)
            return fail(describe(object),
                        "the VNI " + std::to_string(object.network().vni()) + " belongs to " + place->second);
    }
    std::vector<bool> known(Bounds::networks); // asked for each of perhaps a million objects
    for (std::uint32_t id = 0; id < Bounds::networks; ++id)
        known[id] = exists(objects, id);
    for (const auto& [key, object] : objects.all()) {
        const auto network = network_named_by(object);
        if (network && (*network >= known.size() || !known[*network]))
            return fail(describe(object), "there is no network " + std::to_string(*network));
    }
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

Result<void> validate_routes(const ObjectStore& objects, std::uint32_t limit)
{
    api::Object wanted;
    wanted.mutable_settings();
    const api::Object* found = objects.find(object_key(wanted));
    const api::Settings settings = found == nullptr ? api::Settings{} : found->settings();
    std::uint32_t count = 0;
    for (const auto& [key, object] : objects.of(Kind::kRoute)) {
        if (++count > limit) return fail(describe(object), "there is room for " + std::to_string(limit) + " routes");
        for (const api::NextHop& hop : object.route().hops())
            if (const auto good = check_own_end(hop, settings); !good) return fail(describe(object), good.error());
    }
    return {};
}

} // namespace

Result<void> validate_set(const ObjectStore& objects, std::uint32_t route_limit)
{
    if (auto good = validate_networks(objects); !good) return good;
    if (auto good = validate_routes(objects, route_limit); !good) return good;
    if (auto good = validate_translation_set(objects); !good) return good;
    return validate_service_set(objects);
}

} // namespace sluice::table
