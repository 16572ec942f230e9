// Registry, health and operator: who gets new flows, and what is said of those who do not.
#include <catch2/catch.hpp>

#include "control/delta.hpp"
#include "control/desired/backends.hpp"
#include "tests/unit/control/world.hpp"

namespace sluice::control {
namespace {

using namespace sluice::test;
using namespace std::chrono_literals;
using health::State;

constexpr auto then = std::chrono::system_clock::time_point(std::chrono::seconds(1'000'000'000));

config::Backend listed(const char* address, std::uint32_t weight = 100)
{
    return {*IpAddress::parse(address), 8443, weight, 0};
}

// The service `order` with three backends, checked.
class Checked : public Wanting {
public:
    explicit Checked(config::Health::AllDown all_down = config::Health::AllDown::fail_open)
        : Wanting(gateway_yaml)
    {
        config::Service& order = config.services.at("order");
        order.backends = {listed("10.1.0.31"), listed("10.1.0.32", 50), listed("10.1.0.33")};
        order.health = config::Health{};
        order.health->all_down = all_down;
    }
    void say(unsigned last_byte, State state, const std::string& reason = "")
    {
        judgements.verdicts.insert_or_assign(target(last_byte), health::Verdict{state, reason, then});
    }
    static health::Target target(unsigned last_byte)
    {
        return {"shop", Ipv4Address{0x0A010000U + last_byte}, 8443, {2s, 1s, 100ms, 2, 3}};
    }
    void drain(unsigned last_byte) { judgements.drained.insert({"order", Ipv4Address{0x0A010000U + last_byte}, 8443}); }
    [[nodiscard]] ServiceState state() const { return desired().services.at("order"); }
    // "100 0 100": what the dataplane gets as weights.
    [[nodiscard]] std::string weights() const
    {
        return of_each_backend([](const api::Backend& each) { return std::to_string(each.weight()); });
    }
    // "- down -": of whom it is told that they are.
    [[nodiscard]] std::string down() const
    {
        return of_each_backend([](const api::Backend& each) { return each.down() ? "down" : "-"; });
    }
    [[nodiscard]] std::string of_each_backend(auto&& text) const
    {
        const Desired wanted = desired();
        std::string out;
        for (const auto& [key, object] : wanted.objects)
            if (object.has_service())
                for (const api::Backend& each : object.service().backends())
                    out += (out.empty() ? "" : " ") + std::string(text(each));
        return out;
    }
    [[nodiscard]] std::string standings() const
    {
        std::string out;
        for (const BackendState& each : state().backends)
            out += (out.empty() ? "" : ", ") + text(each.standing);
        return out;
    }
};

} // namespace

TEST_CASE("a backend is used when registry, health and operator all say so")
{
    Checked node;
    for (const unsigned each : {31U, 32U, 33U})
        node.say(each, State::up);
    CHECK(node.weights() == "100 50 100");
    CHECK(node.standings() == "used, used, used");
    CHECK(node.state().usable == 3);

    node.say(31, State::down, "connection refused (3 of 3)");
    CHECK(node.weights() == "0 50 100");
    CHECK(node.standings() == "unhealthy, used, used");
    CHECK(node.state().backends[0].reason == "connection refused (3 of 3)");
    CHECK(node.state().backends[0].since == then);
    CHECK(node.state().backends[0].backend.weight == 100);

    node.drain(32);
    CHECK(node.weights() == "0 0 100");
    CHECK(node.standings() == "unhealthy, drained, used");
    node.config.services.at("order").backends.pop_back();
    CHECK(node.weights() == "100 0"); // 33 was the last: open, but not to the drained one
    CHECK(node.state().usable == 1);
}

TEST_CASE("an unhealthy backend keeps its place, and with it its flows")
{
    Checked node;
    for (const unsigned each : {31U, 32U, 33U})
        node.say(each, State::up);
    node.program();
    node.say(32, State::down, "no route (3 of 3)");
    const api::Transaction change = delta(node.programmed, node.desired().objects);
    CHECK(change.remove_size() == 0);
    REQUIRE(change.upsert_size() == 1);
    CHECK(change.upsert(0).service().backends_size() == 3);
}

TEST_CASE("who is down is told, also when nobody else is left, and stays so over a restart until checks say otherwise")
{
    Checked node;
    CHECK(node.down() == "- - -");
    node.say(31, State::up);
    node.say(32, State::down, "no route (3 of 3)");
    CHECK(node.down() == "- down -");
    node.drain(32);
    CHECK(node.down() == "- down -");
    node.say(31, State::down, "no route (3 of 3)");
    node.say(33, State::down, "no route (3 of 3)");
    CHECK(node.weights() == "100 0 100"); // fail-open
    CHECK(node.down() == "down down down");
    node.program();
    node.judgements.verdicts.clear();
    CHECK(delta(node.programmed, node.desired().objects).upsert_size() == 0);
    node.say(31, State::up);
    CHECK(node.down() == "- down down");
}

TEST_CASE("a new backend of a checked service waits; a restart takes nobody out")
{
    Checked node(config::Health::AllDown::fail_closed);
    CHECK(node.weights() == "0 0 0");
    CHECK(node.standings() == "waiting, waiting, waiting");
    for (const auto& [target, assumed_up] : targets_of(node.desired().services))
        CHECK_FALSE(assumed_up);
    for (const unsigned each : {31U, 32U})
        node.say(each, State::up);
    node.say(33, State::down, "connection refused (first check)");
    node.program();

    node.judgements = {}; // another process, the same dataplane
    CHECK(is_empty(delta(node.programmed, node.desired().objects)));
    CHECK(node.standings() == "used, used, waiting");
    const health::Targets targets = targets_of(node.desired().services);
    CHECK(targets ==
          health::Targets{{Checked::target(31), true}, {Checked::target(32), true}, {Checked::target(33), false}});
}

TEST_CASE("with every backend down the service is open or closed, as its configuration says")
{
    const std::string start = "service order: every backend is down; all-down: ";
    struct Row {
        config::Health::AllDown all_down;
        const char* weights;
        std::uint32_t usable;
        const char* warning;
    };
    for (const Row& row :
         {Row{config::Health::AllDown::fail_open, "100 50 100", 3, "fail-open uses them all the same"},
          Row{config::Health::AllDown::fail_closed, "0 0 0", 0, "fail-closed drops new connections as no_backend"}}) {
        Checked node(row.all_down);
        for (const unsigned each : {31U, 32U, 33U})
            node.say(each, State::down, "connect timed out (3 of 3)");
        CHECK(node.weights() == row.weights);
        CHECK(node.state().usable == row.usable);
        CHECK(node.state().all_down);
        CHECK(node.desired().warnings == std::vector<std::string>{start + row.warning});
        node.say(32, State::up);
        CHECK(node.weights() == "0 50 0");
        CHECK(node.desired().warnings.empty());
    }
}

TEST_CASE("those that the operator or their source took out do not open with the others")
{
    Checked node;
    node.config.services.at("order").backends[0].weight = 0;
    node.drain(32);
    node.say(31, State::up);
    node.say(32, State::up);
    node.say(33, State::down, "connection refused (3 of 3)");
    CHECK(node.standings() == "weight 0, drained, unhealthy");
    CHECK(node.weights() == "0 0 100");
    node.drain(33);
    CHECK(node.weights() == "0 0 0"); // nobody is down: they are all taken out
    CHECK_FALSE(node.state().all_down);
    CHECK(node.desired().warnings.empty());
}

TEST_CASE("a service without checks is judged by registry and operator alone")
{
    Checked node;
    node.config.services.at("order").health.reset();
    CHECK(node.weights() == "100 50 100");
    node.drain(31);
    CHECK(node.weights() == "0 50 100");
    CHECK(targets_of(node.desired().services).empty());
    node.drain(99);
    CHECK(node.standings() == "drained, used, used, not in registry");
    CHECK(node.weights() == "0 50 100"); // and is not programmed
}

TEST_CASE("while a registry is silent, a backend comes back with the weight that it had")
{
    Checked node;
    config::Service& order = node.config.services.at("order");
    node.registries["shop"] = registry::Services{{"com.shop.Order", std::exchange(order.backends, {})}};
    order.registry = "shop";
    order.registry_service = "com.shop.Order";
    for (const unsigned each : {31U, 32U, 33U})
        node.say(each, State::up);
    node.program();
    node.registries["shop"] = std::nullopt;
    node.say(32, State::down, "connection refused (3 of 3)");
    node.program();
    CHECK(node.weights() == "100 0 100");
    node.program(); // again, from what is programmed now
    node.say(32, State::up);
    CHECK(node.weights() == "100 50 100");
}

TEST_CASE("what is checked: the port of the check, of the backend, or of the service")
{
    Checked node;
    config::Service& order = node.config.services.at("order");
    order.backends = {{*IpAddress::parse("10.1.0.31"), 8443, 100, 0}, {*IpAddress::parse("10.1.0.32"), 0, 100, 0}};
    order.ports = {{53, config::Protocol::udp}, {443, config::Protocol::tcp}};
    const auto ports = [&] {
        std::vector<std::uint16_t> out;
        for (const auto& [target, up] : targets_of(node.desired().services))
            out.push_back(target.port);
        return out;
    };
    CHECK(ports() == std::vector<std::uint16_t>{8443, 443});
    order.health->port = 9000;
    CHECK(ports() == std::vector<std::uint16_t>{9000, 9000});

    // Two services that want the same of the same endpoint share the check.
    node.config.services.emplace("again", order);
    CHECK(targets_of(node.desired().services).size() == 2);
    node.config.services.at("again").health->interval = 5s;
    CHECK(targets_of(node.desired().services).size() == 4);
}

} // namespace sluice::control
