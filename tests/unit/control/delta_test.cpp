// What is sent so that one set of objects becomes another: nothing that did not change.
#include <catch2/catch.hpp>

#include <algorithm>

#include "control/delta.hpp"
#include "tests/support/objects.hpp"

namespace sluice::control {
namespace {

using namespace sluice::test;

ObjectSet set(const std::vector<api::Object>& objects)
{
    return to_set(objects);
}

// One object of each kind, and the same with another content under the same key.
std::vector<std::pair<api::Object, api::Object>> twins()
{
    std::vector<std::pair<api::Object, api::Object>> all;
    const auto add = [&](const api::Object& first, auto change) {
        api::Object second = first;
        change(second);
        all.emplace_back(first, second);
    };
    api::Object interface;
    interface.mutable_interface()->set_id(1);
    add(interface, [](auto& o) { o.mutable_interface()->set_terminates_vxlan(true); });
    add(network(1), [](auto& o) { o.mutable_network()->set_vni(7); });
    add(route_via(1, "10.0.0.0/8", "10.1.0.1"), [](auto& o) { o.mutable_route()->clear_hops(); });
    add(neighbor("10.0.0.1", "52:54:00:00:00:01"),
        [](auto& o) { o.mutable_neighbor()->set_mac(packed_mac("52:54:00:00:00:02")); });
    add(gtpu_tunnel(7, 1, "100.64.0.7"), [](auto& o) { o.mutable_gtpu_tunnel()->set_ue(packed("100.64.0.8")); });
    add(pool(1, "203.0.113.64/30"), [](auto& o) { o.mutable_pool()->set_last_port(2047); });
    add(nat_rule(0, 1, 1), [](auto& o) { o.mutable_nat_rule()->set_pool(2); });
    add(eip("203.0.113.10", 1, "10.1.0.10"), [](auto& o) { o.mutable_eip()->set_network(2); });
    add(service(1, "198.51.100.80", 443, 1, {"10.1.0.31"}),
        [](auto& o) { o.mutable_service()->mutable_backends(0)->set_weight(0); });
    add(settings(), [](auto& o) { o.mutable_settings()->set_mss_clamp(true); });
    return all;
}

} // namespace

TEST_CASE("every kind of object is under test")
{
    CHECK(twins().size() == static_cast<std::size_t>(api::Object::descriptor()->oneof_decl(0)->field_count()));
}

TEST_CASE("nothing is sent when nothing changed")
{
    for (const auto& [object, changed] : twins()) {
        const api::Transaction transaction = delta(set({object}), set({object}));
        CHECK(is_empty(transaction));
    }
    CHECK(is_empty(delta({}, {})));
}

TEST_CASE("an object is sent when it is new or another, and once")
{
    for (const auto& [object, changed] : twins()) {
        INFO(object.ShortDebugString());
        CHECK(object_key(object) == object_key(changed));
        const api::Transaction added = delta({}, set({object}));
        REQUIRE(added.upsert_size() == 1);
        CHECK(added.upsert(0).SerializeAsString() == object.SerializeAsString());
        CHECK(added.remove_size() == 0);
        const api::Transaction replaced = delta(set({object}), set({changed}));
        REQUIRE(replaced.upsert_size() == 1);
        CHECK(replaced.upsert(0).SerializeAsString() == changed.SerializeAsString());
        CHECK(replaced.remove_size() == 0);
    }
}

TEST_CASE("an object that is not wanted any more is removed by its key alone")
{
    for (const auto& [object, changed] : twins()) {
        INFO(object.ShortDebugString());
        const api::Transaction removed = delta(set({object}), {});
        CHECK(removed.upsert_size() == 0);
        if (object.has_interface() || object.has_settings()) {
            CHECK(removed.remove_size() == 0); // they exist from the dataplane's start
            continue;
        }
        REQUIRE(removed.remove_size() == 1);
        CHECK(object_key(removed.remove(0)) == object_key(object));
        CHECK(removed.remove(0).SerializeAsString() == key_only(changed).SerializeAsString()); // no content in it
        CHECK(removed.remove(0).ByteSizeLong() <= object.ByteSizeLong());
    }
}

TEST_CASE("what was recorded is what a second difference starts from")
{
    ObjectSet programmed, wanted;
    for (const auto& [object, changed] : twins())
        programmed.emplace(object_key(object), object);
    for (const auto& [object, changed] : twins())
        if (!object.has_route()) wanted.emplace(object_key(changed), changed);
    wanted.emplace(object_key(network(9)), network(9));
    const api::Transaction transaction = delta(programmed, wanted);
    CHECK(transaction.remove_size() == 1);
    CHECK(transaction.upsert_size() == 10); // nine that changed and one that is new
    record(programmed, transaction);
    CHECK(is_empty(delta(programmed, wanted)));
}

TEST_CASE("keys sort by kind, then by number or address, IPv4 first")
{
    const std::vector<api::Object> sorted{network(2),
                                          network(255),
                                          network(256),
                                          route(0, "10.0.0.0/8"),
                                          route(0, "10.0.0.0/16"),
                                          route(0, "10.1.0.0/16"),
                                          route(0, "2001:db8::/32"),
                                          route(1, "9.0.0.0/8"),
                                          neighbor("10.0.0.1", "52:54:00:00:00:01"),
                                          neighbor("2001:db8::1", "52:54:00:00:00:01"),
                                          neighbor("9.0.0.1", "52:54:00:00:00:01", 1)};
    for (std::size_t i = 1; i < sorted.size(); ++i) {
        INFO(sorted[i].ShortDebugString());
        CHECK(object_key(sorted[i - 1]) < object_key(sorted[i]));
    }
}

TEST_CASE("a set made from objects keeps the last of one key")
{
    const ObjectSet made = set({network(1, 5), network(1, 6)});
    REQUIRE(made.size() == 1);
    CHECK(made.begin()->second.network().vni() == 6);
}

} // namespace sluice::control
