// Which prefixes come and go with the objects of transactions.
#include <catch2/catch.hpp>

#include "dataplane/steering/wanted.hpp"

namespace sluice::steering {
namespace {

std::string packed(const char* address)
{
    return IpAddress::parse(address)->packed();
}

void add_service(api::Object& object, unsigned id, const char* address)
{
    object.mutable_service()->set_id(id);
    object.mutable_service()->set_address(packed(address));
}
void add_pool(api::Object& object, unsigned id, const std::vector<const char*>& prefixes)
{
    object.mutable_pool()->set_id(id);
    for (const char* text : prefixes) {
        const Prefix prefix = *Prefix::parse(text);
        api::Address& address = *object.mutable_pool()->add_addresses();
        address.set_address(prefix.address.packed());
        address.set_length(prefix.length);
    }
}
void add_interface(api::Object& object, unsigned id, const char* address)
{
    object.mutable_interface()->set_id(id);
    api::Address& own = *object.mutable_interface()->add_addresses();
    own.set_address(packed(address));
    own.set_length(30);
}

// "203.0.113.80/32 gateway, 10.0.0.1/32 gone"
std::string text(const Change& change)
{
    std::string all;
    for (const auto& [prefix, owner] : change.prefixes)
        all += (all.empty() ? "" : ", ") + prefix.text() +
               (!owner                     ? " gone"
                : *owner == Owner::gateway ? " gateway"
                                           : " kernel");
    return all;
}

class World {
public:
    template<class Fill>
    World& upsert(Fill&& fill)
    {
        fill(*transaction_.add_upsert());
        return *this;
    }
    template<class Fill>
    World& remove(Fill&& fill)
    {
        fill(*transaction_.add_remove());
        return *this;
    }
    Change commit()
    {
        const Change change = wanted_.follow(transaction_);
        transaction_.Clear();
        return change;
    }

private:
    Wanted wanted_{{0}}; // interface 0 is on the kernel's NIC
    api::Transaction transaction_;
};

auto service(unsigned id, const char* address)
{
    return [=](api::Object& object) { add_service(object, id, address); };
}
auto pool(unsigned id, std::vector<const char*> prefixes)
{
    return [=](api::Object& object) { add_pool(object, id, prefixes); };
}
auto interface(unsigned id, const char* address)
{
    return [=](api::Object& object) { add_interface(object, id, address); };
}
void eip(api::Object& object)
{
    object.mutable_eip()->set_public_address(packed("203.0.113.10"));
}

} // namespace

TEST_CASE("services, EIPs and pools come and go with their objects")
{
    World world;
    world.upsert(service(1, "203.0.113.80")).upsert(service(2, "2001:db8::80")).upsert(eip);
    world.upsert(pool(1, {"203.0.113.64/28", "198.51.100.77/24"}));
    CHECK(text(world.commit()) == "198.51.100.0/24 gateway, 203.0.113.10/32 gateway, 203.0.113.64/28 gateway, "
                                  "203.0.113.80/32 gateway, 2001:db8::80/128 gateway");
    CHECK(text(world.upsert(service(1, "203.0.113.80")).commit()).empty()); // said again
    CHECK(text(world.upsert(service(1, "203.0.113.81")).commit()) == "203.0.113.80/32 gone, 203.0.113.81/32 gateway");
    CHECK(text(world.upsert(pool(1, {"203.0.113.64/28"})).commit()) == "198.51.100.0/24 gone");
    CHECK(text(world.remove(eip).remove(service(1, "203.0.113.81")).commit()) ==
          "203.0.113.10/32 gone, 203.0.113.81/32 gone");
}

TEST_CASE("an address that two objects name goes with the second one")
{
    World world;
    world.upsert(service(1, "203.0.113.80")).upsert(service(2, "203.0.113.80"));
    CHECK(text(world.commit()) == "203.0.113.80/32 gateway");
    CHECK(text(world.remove(service(1, "203.0.113.80")).commit()).empty());
    CHECK(text(world.remove(service(2, "203.0.113.80")).commit()) == "203.0.113.80/32 gone");
}

TEST_CASE("one transaction that moves an address from object to object changes nothing")
{
    World world;
    (void)world.upsert(service(1, "203.0.113.80")).commit();
    CHECK(text(world.remove(service(1, "203.0.113.80")).upsert(service(7, "203.0.113.80")).commit()).empty());
}

TEST_CASE("addresses of the kernel's NIC stay the kernel's, those of other interfaces are not named")
{
    World world;
    world.upsert(interface(0, "203.0.113.66")).upsert(interface(1, "10.20.0.2")).upsert(pool(1, {"203.0.113.64/28"}));
    CHECK(text(world.commit()) == "203.0.113.64/28 gateway, 203.0.113.66/32 kernel");
    CHECK(text(world.upsert(service(1, "203.0.113.66")).commit()).empty()); // the kernel's comes first
    CHECK(text(world.upsert(interface(0, "203.0.113.67")).commit()) ==
          "203.0.113.66/32 gateway, 203.0.113.67/32 kernel");
}

TEST_CASE("tunnels end where the settings say, and nowhere without them")
{
    World world;
    const auto settings = [](api::Object& object) {
        object.mutable_settings()->set_vtep(packed("192.0.2.2"));
        object.mutable_settings()->set_vxlan_port(4790);
        object.mutable_settings()->set_gtpu_endpoint(packed("2001:db8::3"));
    };
    CHECK_FALSE(world.upsert(eip).commit().endpoints);
    const Change set = world.upsert(settings).commit();
    REQUIRE(set.endpoints);
    CHECK(set.endpoints->vxlan == Endpoint{*IpAddress::parse("192.0.2.2"), 4790});
    CHECK(set.endpoints->gtpu == Endpoint{*IpAddress::parse("2001:db8::3"), 2152});
    CHECK(world.remove(settings).commit().endpoints == Endpoints{});
}

} // namespace sluice::steering
