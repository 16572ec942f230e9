#include "tests/unit/control/fake_dataplane.hpp"

#include <thread>

namespace sluice::test {
namespace {

// Ports by name, then VLANs by name: the contract says so, and no code of either process is asked.
std::vector<table::Interface> interfaces_of(const config::Config& started)
{
    std::vector<table::Interface> interfaces;
    const auto add = [&](const std::string& name, const config::Interface& settings) {
        table::Interface interface;
        interface.id = static_cast<std::uint16_t>(interfaces.size());
        interface.name = name;
        interface.mtu = static_cast<std::uint16_t>(settings.mtu);
        interfaces.push_back(interface);
    };
    for (const auto& [name, port] : started.ports)
        add(name, port);
    for (const auto& [name, vlan] : started.vlans)
        add(name, vlan);
    return interfaces;
}

} // namespace

FakeDataplane::FakeDataplane(const std::string& socket, const config::Config& started, std::uint64_t identity)
    : socket_(socket)
    , model_(interfaces_of(started), static_cast<unsigned>(started.ports.size()), {})
{
    hello_.set_version(api::version);
    hello_.set_program("sluice-dataplane");
    hello_.set_node(started.node.name);
    hello_.set_start_identity(identity);
    hello_.set_config_digest(started.digest);
    restart_socket();
}

void FakeDataplane::restart_socket()
{
    serving_.reset();
    serving_ = std::make_unique<Serving>(socket_, [this](const auto& request, const auto&) { return answer(request); });
}

std::vector<api::Transaction> FakeDataplane::transactions() const
{
    const std::lock_guard guard(mutex_);
    return transactions_;
}

control::ObjectSet FakeDataplane::programmed() const
{
    const std::lock_guard guard(mutex_);
    control::ObjectSet all = control::to_set(model_.programmed().objects());
    api::RouteSet learned;
    (void)model_.learned().read(std::nullopt, model_.learned().size(), learned);
    api::for_each_route(learned, [&](const RouteKey& key, std::uint32_t group) {
        api::Object object;
        const api::RouteGroup& via = learned.groups(static_cast<int>(group));
        *object.mutable_route()->mutable_prefix() = api::to_address(key);
        *object.mutable_route()->mutable_hops() = via.hops();
        object.mutable_route()->set_source(via.source());
        all.emplace(api::object_key(object), object); // a Route of this prefix counts
    });
    return all;
}

void FakeDataplane::refuse(const std::string& why)
{
    const std::lock_guard guard(mutex_);
    refusal_ = why;
}

void FakeDataplane::be_slow(std::chrono::milliseconds answer)
{
    const std::lock_guard guard(mutex_);
    delay_ = answer;
}

void FakeDataplane::want_neighbor(std::uint32_t interface, const std::string& packed_address)
{
    api::Reply event;
    event.mutable_neighbor_wanted()->set_interface(interface);
    event.mutable_neighbor_wanted()->set_address(packed_address);
    serving_->broadcast(event);
}

api::Reply FakeDataplane::answer(const api::Request& request)
{
    api::Reply reply;
    if (request.has_hello()) {
        *reply.mutable_hello() = hello_;
        return reply;
    }
    const std::lock_guard guard(mutex_);
    std::this_thread::sleep_for(delay_);
    if (request.has_transaction()) return commit(request.transaction());
    const api::Query& query = request.query();
    *reply.mutable_programmed() = model_.programmed(query.has_routes_after() ? &query.routes_after() : nullptr);
    return reply;
}

api::Reply FakeDataplane::commit(const api::Transaction& transaction)
{
    transactions_.push_back(transaction);
    if (!refusal_.empty()) return api::failure(refusal_);
    const auto applied = model_.apply(transaction);
    if (!applied) return api::failure(applied.error().text());
    model_.commit();
    api::Reply reply;
    reply.mutable_committed()->set_generation(transaction.generation());
    return reply;
}

} // namespace sluice::test
