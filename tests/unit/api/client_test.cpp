// The blocking client against a server on another thread, and against peers that break the contract.
#include <catch2/catch.hpp>

#include "dataplane/api/client.hpp"
#include "tests/support/serving.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sluice::api {
namespace {

Request transaction_of(unsigned operations)
{
    Request request;
    request.mutable_transaction()->set_generation(41);
    for (unsigned i = 0; i < operations; ++i) {
        Neighbor& neighbor = *request.mutable_transaction()->add_upsert()->mutable_neighbor();
        neighbor.set_interface(i);
        neighbor.set_mac(std::string("\x02\0\0\0\0\x01", 6));
    }
    return request;
}

} // namespace

SCENARIO("a client asks and is answered")
{
    const test::TemporaryFolder folder;
    const std::string path = folder.file("dataplane.sock");
    test::Serving serving(path, test::answer);
    auto client = Client::connect(path, "test");
    REQUIRE(client);
    REQUIRE(client->peer().node() == "gw1");

    WHEN("one message carries 100,000 operations")
    {
        const auto reply = client->call(transaction_of(100'000));
        THEN("all of them are acknowledged by one generation")
        {
            REQUIRE(reply);
            REQUIRE(reply->committed().generation() == 41);
            REQUIRE(reply->committed().upserted() == 100'000);
        }
    }
    WHEN("the server refuses")
    {
        Request request;
        request.mutable_query();
        const auto reply = client->call(request);
        THEN("each error stands on its line, and the connection stays")
        {
            REQUIRE_FALSE(reply);
            REQUIRE(reply.error().text() == "this server only commits\ngateway.yaml:3:1: nothing to read here");
            REQUIRE(client->connected());
            REQUIRE(client->call(transaction_of(1)));
        }
    }
    WHEN("the server announces something")
    {
        unsigned wanted = 0;
        client->on_event = [&](const Reply& event) { wanted = event.neighbor_wanted().interface(); };
        Reply event;
        event.mutable_neighbor_wanted()->set_interface(7);
        serving.broadcast(event);
        THEN("it arrives without a question")
        {
            REQUIRE(client->poll_events(5'000));
            REQUIRE(wanted == 7);
        }
    }
}

SCENARIO("a client says what is wrong and how to mend it")
{
    const test::TemporaryFolder folder;
    const std::string path = folder.file("control.sock");

    GIVEN("no server")
    {
        const auto client = Client::connect(path, "test");
        REQUIRE_FALSE(client);
        REQUIRE(client.error().text() == path + ": nobody answers; is sluice-control running?");
    }
    GIVEN("a server of another version")
    {
        test::Serving serving(path, [](const Request& request, const Peer& peer) {
            Reply reply = test::answer(request, peer);
            reply.mutable_hello()->set_version(version + 1);
            return reply;
        });
        const auto client = Client::connect(path, "sluicectl");
        REQUIRE_FALSE(client);
        REQUIRE(client.error().what == "sluice-dataplane speaks version 2 of the contract and sluicectl version 1; "
                                       "install both from the same release");
    }
    GIVEN("a server that goes away")
    {
        auto serving = std::make_unique<test::Serving>(path, test::answer);
        auto client = Client::connect(path, "test");
        REQUIRE(client);
        serving.reset();
        REQUIRE_FALSE(client->poll_events(1'000));
        REQUIRE_FALSE(client->connected());
        REQUIRE(client->call(Request()).error().what == "the connection is closed");
    }
    GIVEN("a server that hangs")
    {
        std::atomic<bool> hang = true;
        test::Serving serving(path, [&](const Request& request, const Peer& peer) {
            while (!request.has_hello() && hang)
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            return test::answer(request, peer);
        });
        auto client = Client::connect(path, "test");
        REQUIRE(client);
        const auto reply = client->call(Request(), 50);
        hang = false;
        REQUIRE_FALSE(reply);
        REQUIRE(reply.error().what == "sluice-control did not answer in time");
        REQUIRE_FALSE(client->connected());
    }
}

} // namespace sluice::api
