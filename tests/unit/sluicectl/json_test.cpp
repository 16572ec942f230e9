// Messages of the contract as JSON.
#include <catch2/catch.hpp>

#include "tests/support/objects.hpp"
#include "tools/sluicectl/json.hpp"

namespace sluice::ctl {

using namespace sluice::test;

TEST_CASE("numbers are numbers, also those of 64 bits")
{
    api::Law law;
    law.set_received(18'446'744'073'709'551'615U);
    law.set_balanced(true);
    const Json json = to_json(law);
    CHECK(json["received"].is_number_unsigned());
    CHECK(json["received"] == 18'446'744'073'709'551'615U);
    CHECK(json.dump().find("18446744073709551615") != std::string::npos);
    CHECK(json["balanced"] == true);
    CHECK(json["sent"] == 0); // there although it is zero
    api::BackendStats backend;
    backend.set_share(0.25);
    CHECK(to_json(backend)["share"] == 0.25);
}

TEST_CASE("addresses and MACs are text, an empty one is null, a prefix is one text")
{
    const Json json = to_json(neighbor("10.20.0.11", "02:00:00:00:02:11", 2));
    CHECK(json.dump() ==
          R"({"neighbor":{"interface":2,"address":"10.20.0.11","mac":"02:00:00:00:02:11","source":""}})");
    CHECK(
        to_json(route_via(1, "2001:db8::/32", "2001:db8::1")).dump() ==
        R"({"route":{"network":1,"prefix":"2001:db8::/32","hops":[{"interface":0,"gateway":"2001:db8::1","weight":0}],)"
        R"("source":""}})");
    api::Session session;
    CHECK(to_json(session)["source"].is_null());
}

TEST_CASE("a packet's bytes are digits, even when they could be an address")
{
    api::LastDrops drops;
    drops.add_drops()->set_data("\x0a\x01\x02\x03");
    CHECK(to_json(drops)["drops"][0]["data"] == "0a010203");
    drops.mutable_drops(0)->clear_data();
    CHECK(to_json(drops)["drops"][0]["data"] == "");
}

TEST_CASE("lists are there when they are empty, one of several only when it is set")
{
    CHECK(to_json(api::Networks()).dump() == R"({"networks":[]})");
    api::Reply reply;
    CHECK(to_json(reply).dump() == R"({"id":0})");
    reply.mutable_failure()->set_what("no");
    CHECK(to_json(reply).dump() == R"({"id":0,"failure":{"what":"no","errors":[]}})");
    CHECK(to_json(api::Query())["topic"] == "PROGRAMMED"); // enumerators by name
}

TEST_CASE("every message of the contract becomes JSON")
{
    const auto* file = api::Reply::descriptor()->file();
    for (int i = 0; i < file->message_type_count(); ++i) {
        const auto* type = file->message_type(i);
        INFO(type->name());
        const auto* prototype = google::protobuf::MessageFactory::generated_factory()->GetPrototype(type);
        const Json json = to_json(*prototype);
        for (int field = 0; field < type->field_count(); ++field)
            CHECK(json.contains(type->field(field)->name()) ==
                  (type->field(field)->is_repeated() || !type->field(field)->has_presence()));
    }
}

TEST_CASE("a watched document is one line, and a name that is not UTF-8 ends nothing")
{
    api::Networks networks;
    networks.add_networks()->set_vni(5001);
    Json json = to_json(networks);
    const auto once = Invocation::parse({"networks", "--json"});
    const auto watched = Invocation::parse({"networks", "--json", "--watch"});
    CHECK(written(json, *once).find("\n  \"networks\"") != std::string::npos);
    const std::string line = written(json, *watched);
    CHECK(line.find('\n') == line.size() - 1);
    CHECK(Json::parse(line) == json);
    json["name"] = "\xff\xfe";
    CHECK(written(json, *once).find("\xef\xbf\xbd") != std::string::npos);
}

} // namespace sluice::ctl
