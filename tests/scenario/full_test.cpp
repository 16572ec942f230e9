// What can be used up is used up: each refusal has its own name and is foretold by `why`, what is established goes on,
// and room comes back.
#include <catch2/catch.hpp>

#include "tests/scenario/bench.hpp"
#include "tests/scenario/stations.hpp"
#include "tests/scenario/why.hpp"

namespace sluice::test {
namespace {

using Ends = std::map<std::string, std::uint64_t>;

constexpr std::uint32_t udp_number = 17;
constexpr unsigned first_port = 2'000;
constexpr double udp_timeout = 301; // seconds

std::string with_pool(const std::string& pool)
{
    std::string yaml = one_node;
    const std::string roomy = "{addresses: [203.0.113.64/30], ports: 1024-65535, block-size: 256}";
    return yaml.replace(yaml.find(roomy), roomy.size(), pool);
}

std::size_t from_phone_leaves(Bench& bench, unsigned port)
{
    return bench.send("n3", from_phone(bench, "192.0.2.9").udp(port, 53).bytes()).size();
}

std::string foretold(Bench& bench, unsigned port)
{
    const auto told = bench.why(question("phones", "100.64.0.7", port, "192.0.2.9", 53, udp_number));
    REQUIRE(told);
    return told->reason().name();
}

// One phone opens `most` flows; the next one is refused by `name`, and so is what `why` says of it.
void fill(Bench& bench, unsigned most, const std::string& stage, const std::string& name)
{
    for (unsigned i = 0; i < most; ++i)
        REQUIRE(from_phone_leaves(bench, first_port + i) == 1);
    CHECK(bench.ends().empty());
    CHECK(foretold(bench, first_port + most) == name);
    CHECK(from_phone_leaves(bench, first_port + most) == 0);
    CHECK(bench.ends() == Ends{{stage + "." + name, 1}});
    CHECK(bench.sessions().total() == most);
    CHECK(from_phone_leaves(bench, first_port) == 1); // established
    bench.wait(udp_timeout);
    CHECK(bench.sessions().total() == 0);
    CHECK(foretold(bench, first_port + most).empty());
    CHECK(from_phone_leaves(bench, first_port + most) == 1);
    CHECK(bench.ends().empty());
}

} // namespace

TEST_CASE("a subscriber with all the blocks it may own gets no more ports")
{
    Bench bench(one_node);
    fill(bench, 8 * 256, "nat", "subscriber_limit");
}

TEST_CASE("a pool without a free block says so")
{
    Bench bench(with_pool("{addresses: [203.0.113.64/32], ports: 1024-1535, block-size: 256}"));
    fill(bench, 512, "nat", "pool_exhausted");
}

TEST_CASE("a full session table refuses new flows under its own name")
{
    Bench bench(one_node);
    constexpr unsigned ipv4_part = 3'000; // of 4k
    for (unsigned i = 0; i < ipv4_part; ++i) {
        const Bytes opening = from_internet(bench).ipv4("192.0.2.9", "203.0.113.80").udp(first_port + i, 443).bytes();
        REQUIRE(bench.send("internet", opening).size() == 1);
    }
    CHECK(bench.ends().empty());
    CHECK(foretold(bench, 41'000) == "table_full");
    CHECK(from_phone_leaves(bench, 41'000) == 0);
    CHECK(bench.ends() == Ends{{"translate.table_full", 1}});
    CHECK(bench.sessions().total() == ipv4_part);
    bench.wait(udp_timeout);
    CHECK(from_phone_leaves(bench, 41'000) == 1);
}

TEST_CASE("questions use up nothing")
{
    Bench bench(with_pool("{addresses: [203.0.113.64/32], ports: 1024-1535, block-size: 256}"));
    for (unsigned i = 0; i < 1'000; ++i)
        REQUIRE(foretold(bench, first_port + i).empty());
    fill(bench, 512, "nat", "pool_exhausted");
}

} // namespace sluice::test
