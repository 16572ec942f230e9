// The server against peers that write bytes: partial, hostile, slow, many. The test drives poll() itself.
#include <catch2/catch.hpp>

#include <chrono>
#include <fstream>
#include <thread>

#include <sys/stat.h>
#include <unistd.h>

#include "dataplane/api/server.hpp"
#include "tests/support/serving.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/api/raw_peer.hpp"

namespace sluice::api {
namespace {

using test::hello;
using test::RawPeer;

void settle(Server& server)
{
    for (int i = 0; i < 20; ++i)
        server.poll(1);
}

Reply event()
{
    Reply reply;
    reply.mutable_neighbor_wanted()->set_interface(7);
    return reply;
}

} // namespace

SCENARIO("a server answers whole requests only")
{
    const test::TemporaryFolder folder;
    const std::string path = folder.file("dataplane.sock");
    const auto server = Server::listen(path, test::answer).value();
    RawPeer peer(path);
    REQUIRE(peer.connected());

    WHEN("a request arrives in two pieces")
    {
        std::string frame;
        REQUIRE(append_frame(hello(9), frame));
        REQUIRE(peer.write(frame.substr(0, 6)));
        settle(*server);
        REQUIRE(peer.write(frame.substr(6)));
        settle(*server);
        THEN("it is answered once, under its own id")
        {
            const auto reply = peer.read();
            REQUIRE(reply);
            REQUIRE(reply->id() == 9);
            REQUIRE(reply->hello().node() == "gw1");
        }
    }
    WHEN("the first request is no Hello")
    {
        Request request;
        request.mutable_transaction()->set_generation(3);
        REQUIRE(peer.write(request));
        settle(*server);
        THEN("it is refused and did not reach the handler")
        {
            REQUIRE(peer.read().value().failure().what() == "the first request of a connection must be Hello");
        }
    }
    WHEN("a hostile length arrives")
    {
        REQUIRE(peer.write("\xff\xff\xff\xff"));
        settle(*server);
        THEN("the connection ends")
        {
            REQUIRE(peer.ended());
        }
    }
    WHEN("a frame holds no message")
    {
        REQUIRE(peer.write(std::string("\x02\0\0\0\xff\xff", 6)));
        settle(*server);
        THEN("the connection ends and others are served")
        {
            REQUIRE(peer.ended());
            RawPeer other(path);
            REQUIRE(other.write(hello()));
            settle(*server);
            REQUIRE(other.read().value().has_hello());
        }
    }
}

SCENARIO("a client that does not read costs a bounded amount and then its connection")
{
    const test::TemporaryFolder folder;
    const std::string path = folder.file("dataplane.sock");
    Limits limits;
    const auto large = [](const Request& request, const Peer& peer) {
        return request.has_hello() ? test::answer(request, peer) : failure(std::string(2U << 20, 'x'));
    };

    GIVEN("a bound that its replies exceed")
    {
        limits.pending_bytes = 1U << 20;
        const auto server = Server::listen(path, large, limits).value();
        RawPeer slow(path);
        REQUIRE(slow.write(hello()));
        REQUIRE(slow.write(Request()));
        settle(*server);
        THEN("it is cut off after what the kernel had taken")
        {
            REQUIRE(slow.read().value().has_hello());
            REQUIRE(slow.ended());
        }
    }
    GIVEN("a bound that they do not exceed, and a client that takes nothing for too long")
    {
        limits.stalled = std::chrono::milliseconds(20);
        const auto server = Server::listen(path, large, limits).value();
        RawPeer slow(path);
        REQUIRE(slow.write(hello()));
        REQUIRE(slow.write(Request()));
        settle(*server);
        std::this_thread::sleep_for(std::chrono::milliseconds(30));
        settle(*server);
        THEN("it is cut off too")
        {
            REQUIRE(slow.read().value().has_hello());
            REQUIRE(slow.ended());
        }
    }
}

SCENARIO("events go to those who greeted and may change things")
{
    const test::TemporaryFolder folder;
    const std::string path = folder.file("dataplane.sock");
    const auto server = Server::listen(path, test::answer).value();
    RawPeer first(path), second(path), silent(path);
    REQUIRE(first.write(hello()));
    REQUIRE(second.write(hello()));
    settle(*server);
    server->broadcast(event());
    REQUIRE(silent.write(hello()));
    settle(*server);

    for (RawPeer* peer : {&first, &second}) {
        REQUIRE(peer->read().value().has_hello());
        const Reply pushed = peer->read().value();
        REQUIRE(pushed.id() == 0);
        REQUIRE(pushed.neighbor_wanted().interface() == 7);
    }
    REQUIRE(silent.read().value().has_hello()); // it greeted after the event: nothing was kept for it
}

SCENARIO("a handler may broadcast while it answers")
{
    const test::TemporaryFolder folder;
    const std::string path = folder.file("dataplane.sock");
    Server* itself = nullptr;
    const auto server = Server::listen(path, [&](const Request& request, const Peer& peer) {
                            if (request.has_transaction()) itself->broadcast(event());
                            return test::answer(request, peer);
                        }).value();
    itself = server.get();
    RawPeer peer(path);
    REQUIRE(peer.write(hello()));
    Request request;
    request.set_id(2);
    request.mutable_transaction();
    REQUIRE(peer.write(request));
    settle(*server);
    REQUIRE(peer.read().value().has_hello());
    REQUIRE(peer.read().value().has_neighbor_wanted());
    REQUIRE(peer.read().value().has_committed());
}

SCENARIO("a socket's path is taken with care")
{
    const test::TemporaryFolder folder;
    const std::string path = folder.file("gw1/dataplane.sock");

    GIVEN("nothing there")
    {
        auto server = Server::listen(path, test::answer).value();
        THEN("the folder is made, only owner and group may connect, and the socket goes with the server")
        {
            struct stat status {};
            REQUIRE(::stat(path.c_str(), &status) == 0);
            REQUIRE((status.st_mode & 0777) == 0660);
            server.reset();
            REQUIRE_FALSE(std::filesystem::exists(path));
        }
        THEN("a second server is refused and the first one keeps its socket")
        {
            const auto second = Server::listen(path, test::answer);
            REQUIRE_FALSE(second);
            REQUIRE(second.error().text() == path + ": another process answers there; stop it first");
            REQUIRE(RawPeer(path).connected());
        }
    }
    GIVEN("the socket of a process that was killed")
    {
        std::filesystem::create_directories(folder.file("gw1"));
        const auto address = socket_address(path).value();
        {
            const Descriptor dead(::socket(AF_UNIX, SOCK_STREAM, 0));
            REQUIRE(::bind(dead.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        }
        THEN("it is replaced")
        {
            const auto server = Server::listen(path, test::answer);
            REQUIRE(server);
            REQUIRE(RawPeer(path).connected());
        }
    }
    GIVEN("a file")
    {
        std::filesystem::create_directories(folder.file("gw1"));
        std::ofstream(path) << "precious";
        THEN("it is left alone")
        {
            REQUIRE_FALSE(Server::listen(path, test::answer));
            REQUIRE(std::filesystem::file_size(path) == 8);
        }
    }
    GIVEN("a path that no socket can have")
    {
        THEN("it is refused with the bound")
        {
            const auto server = Server::listen(folder.file(std::string(120, 'x')), test::answer);
            REQUIRE_FALSE(server);
            REQUIRE(server.error().what == "a socket's path has 1 to 107 characters");
        }
    }
}

TEST_CASE("the handler learns who asks")
{
    const test::TemporaryFolder folder;
    const std::string path = folder.file("dataplane.sock");
    Peer seen;
    const auto server = Server::listen(path, [&](const Request& request, const Peer& peer) {
                            seen = peer;
                            return test::answer(request, peer);
                        }).value();
    RawPeer peer(path);
    REQUIRE(peer.write(hello()));
    settle(*server);
    REQUIRE(seen.uid == ::geteuid());
    REQUIRE(seen.pid == static_cast<unsigned>(::getpid()));
    REQUIRE(seen.may_change);
}

TEST_CASE("connections past the bound are closed, and a place that becomes free is used")
{
    const test::TemporaryFolder folder;
    const std::string path = folder.file("dataplane.sock");
    Limits limits;
    limits.connections = 2;
    const auto server = Server::listen(path, test::answer, limits).value();
    RawPeer first(path);
    auto second = std::make_unique<RawPeer>(path);
    settle(*server);
    RawPeer third(path);
    settle(*server);
    REQUIRE(third.ended());
    second.reset();
    settle(*server);
    RawPeer fourth(path);
    REQUIRE(fourth.write(hello()));
    settle(*server);
    REQUIRE(fourth.read());
}

} // namespace sluice::api
