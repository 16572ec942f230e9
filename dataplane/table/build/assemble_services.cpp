// Services: backends, rings, and the two maps that lead to them.
#include <cstddef>
#include <map>

#include "dataplane/table/build/assemble.hpp"
#include "dataplane/table/build/fields.hpp"
#include "dataplane/table/maglev.hpp"
#include "dataplane/table/model.hpp"
#include "dataplane/wire/endian.hpp"

namespace sluice::table {
namespace {

using Ring = std::shared_ptr<const std::vector<std::uint16_t>>;

std::uint16_t raw(std::uint32_t port)
{
    return wire::Be16{narrow(port)}.raw();
}

std::vector<Backend> backends_of(const api::Service& service)
{
    std::vector<Backend> backends;
    for (const api::Backend& backend : service.backends())
        backends.push_back(
            {backend.id(), ip_of(backend.address()), raw(backend.port()), backend.weight(), backend.down()});
    return backends;
}

bool same_ring(const std::vector<Backend>& left, const std::vector<Backend>& right)
{
    const auto same = [](const Backend& a, const Backend& b) {
        return a.address == b.address && a.port == b.port && a.weight == b.weight;
    };
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), same);
}

Ring make_ring(const std::vector<Backend>& backends, std::uint32_t size)
{
    std::vector<RingMember> members;
    for (const Backend& backend : backends)
        members.push_back(
            {backend.id, backend.weight, ring_identity(backend.address, wire::Be16::from_raw(backend.port).host())});
    return std::make_shared<const std::vector<std::uint16_t>>(build_ring(members, size));
}

// A ring is made anew only when its members changed: it is by far the dearest part of a snapshot.
class Rings {
public:
    explicit Rings(const Snapshot& before)
    {
        for (const Service& service : before.services)
            known_.emplace(service.id, &service);
    }
    [[nodiscard]] Ring of(std::uint32_t service, const std::vector<Backend>& backends, std::uint32_t size) const
    {
        const auto found = known_.find(service);
        if (found != known_.end() && same_ring(found->second->backends, backends)) return found->second->ring;
        return make_ring(backends, size);
    }

private:
    std::map<std::uint32_t, const Service*> known_;
};

} // namespace

void assemble_services(Assembly& assembly)
{
    const Rings rings(assembly.before);
    std::vector<Service> services;
    ExactMap<AddressKey, ServiceTarget>::Builder fronts;
    ExactMap<AddressKey, ReverseTarget>::Builder backs;
    for (const auto& [key, object] : assembly.objects.of(Kind::kService)) {
        const api::Service& from = object.service();
        const auto index = static_cast<std::uint32_t>(services.size());
        std::vector<Backend> backends = backends_of(from);
        Ring ring = rings.of(from.id(), backends, assembly.limits.ring_size);
        for (const api::ServicePort& port : from.ports()) {
            const auto protocol = static_cast<std::uint8_t>(port.protocol());
            fronts.add(key_of(public_network, ip_of(from.address()), raw(port.port()), protocol), {index});
            if (from.forward() == api::DIRECT) {
                for (const std::uint16_t at : {raw(port.port()), std::uint16_t{0}})
                    backs.add(key_of(narrow(from.network()), ip_of(from.address()), at, protocol), {index, at});
                continue;
            }
            for (const Backend& backend : backends) {
                const std::uint16_t at = backend.port == 0 ? raw(port.port()) : backend.port;
                backs.add(key_of(narrow(from.network()), backend.address, at, protocol), {index, raw(port.port())});
            }
        }
        services.push_back({from.id(), from.name(), ip_of(from.address()), narrow(from.network()),
                            from.forward() == api::DIRECT, from.stateless(), from.place(), from.source(),
                            std::move(backends), std::move(ring)});
    }
    assembly.out.services = std::move(services);
    assembly.out.service_of = fronts.build();
    assembly.out.reverse_of = backs.build();
}

} // namespace sluice::table
