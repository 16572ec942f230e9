#include "dataplane/table/model.hpp"

#include "dataplane/table/build/assemble.hpp"
#include "dataplane/table/build/describe.hpp"
#include "dataplane/table/build/validate.hpp"

namespace sluice::table {
namespace {

constexpr std::uint16_t no_interface = 0xFFFF;
constexpr std::size_t vlans_per_port = 4096;

std::vector<std::uint16_t> interfaces_by_tag(const std::vector<Interface>& interfaces, unsigned ports)
{
    std::vector<std::uint16_t> by_tag(ports * vlans_per_port, no_interface);
    for (const Interface& interface : interfaces)
        by_tag[interface.port * vlans_per_port + interface.vlan] = interface.id;
    return by_tag;
}

Snapshot empty_tables(const std::vector<Interface>& interfaces, unsigned ports)
{
    Snapshot tables;
    tables.interfaces = interfaces;
    tables.interface_of = interfaces_by_tag(interfaces, ports);
    Network everybody;
    everybody.name = "public";
    everybody.used = true;
    tables.networks = std::vector{everybody};
    tables.network_epochs = std::vector<std::uint32_t>(Bounds::networks, 1);
    tables.nat_rules = std::vector<std::vector<NatRule>>(1);
    return tables;
}

} // namespace

Model::Model(std::vector<Interface> interfaces, unsigned ports, const Limits& limits)
    : interfaces_(std::move(interfaces))
    , ports_(ports)
    , limits_(limits)
    , forwarding_(interfaces_, learned_, limits.tunnels)
    , committed_(empty_tables(interfaces_, ports_))
{
}

std::unique_ptr<const Snapshot> Model::initial() const
{
    return std::make_unique<const Snapshot>(empty_tables(interfaces_, ports_));
}

Result<std::unique_ptr<const Snapshot>> Model::apply(const api::Transaction& transaction)
{
    discard();
    auto result = change(transaction).and_then([&] { return build(transaction.generation(), objects_.changes()); });
    if (!result) discard();
    return result;
}

void Model::discard()
{
    learned_.take_back();
    if (pending_) forwarding_.take_back(objects_.changes());
    pending_.reset();
    learned_.forget();
    objects_.discard();
}

Result<void> Model::change(const api::Transaction& transaction)
{
    for (const api::Object& object : transaction.remove())
        if (!objects_.remove(object_key(object))) return fail(describe(object), "is not there to be removed");
    for (const api::Object& object : transaction.upsert()) {
        if (auto good = validate_object(object, interfaces_); !good) return good;
        objects_.put(object_key(object), object);
    }
    return change_learned(transaction);
}

Result<void> Model::change_learned(const api::Transaction& transaction)
{
    if (auto good = api::check(transaction.remove_routes(), false); !good) return good;
    if (auto good = validate_learned(transaction.upsert_routes(), interfaces_); !good) return good;
    return learned_.change(transaction.remove_routes(), transaction.upsert_routes());
}

Result<std::unique_ptr<const Snapshot>> Model::build(std::uint64_t generation, const Changes& changes)
{
    if (learned_.size() > limits_.routes)
        return fail("learned routes", "there is room for " + std::to_string(limits_.routes) + " routes");
    const auto left = static_cast<std::uint32_t>(limits_.routes - learned_.size());
    if (auto good = validate_set(objects_, changes, left); !good) return tl::unexpected(good.error());
    Snapshot next = committed_;
    next.generation = generation;
    Assembly assembly{objects_,     limits_,     interfaces_,
                      committed_,   forwarding_, hasher_,
                      next_serial_, next,        !learned_.touched().empty()};
    if (auto good = assemble(assembly, changes); !good) return tl::unexpected(good.error());
    pending_ = next;
    return std::make_unique<const Snapshot>(std::move(next));
}

void Model::commit()
{
    if (!pending_) return;
    objects_.commit();
    learned_.commit();
    forwarding_.commit();
    committed_ = std::move(*pending_);
    pending_.reset();
}

std::array<Model::Use, 4> Model::use() const
{
    return {{{"networks", objects_.count(Kind::kNetwork), Bounds::networks},
             {"routes", objects_.count(Kind::kRoute) + learned_.size(), limits_.routes},
             {"services", objects_.count(Kind::kService), Bounds::services},
             {"tunnels", forwarding_.tunnels(), limits_.tunnels}}};
}

api::Programmed Model::programmed() const
{
    api::Programmed answer;
    answer.set_generation(committed_.generation);
    for (const auto& [key, object] : objects_.all())
        *answer.add_objects() = object;
    return answer;
}

api::Programmed Model::programmed(const api::Address* routes_after) const
{
    api::Programmed answer;
    if (routes_after == nullptr) answer = programmed();
    answer.set_generation(committed_.generation);
    const auto after = routes_after == nullptr ? std::nullopt : api::key_of(*routes_after);
    answer.set_more(learned_.read(after, api::routes_per_message, *answer.mutable_learned()));
    return answer;
}

} // namespace sluice::table
