// How many packet buffers are made, and that `sluicectl check` foretells the same.
#include <catch2/catch.hpp>

#include "config/loader.hpp"
#include "config/memory.hpp"
#include "dataplane/mempools.hpp"

namespace sluice::dataplane {
namespace {

config::Config two_ports()
{
    config::Config config;
    config.workers.cores = {1, 2, 3};
    config.ports["campus"].device = "0000:3b:00.0";
    config.ports["fabric"].device = "0000:3b:00.1";
    return config;
}

MempoolPlan planned(const config::Config& config)
{
    return plan_mempool(port_plans(config), static_cast<unsigned>(config.workers.cores.size()));
}

config::MemoryNeed foretold(const config::Config& config)
{
    for (const config::MemoryNeed& need : config::memory_plan(config).needs)
        if (need.name == "packet buffers") return need;
    return {};
}

void check_foretold(const config::Config& config)
{
    CHECK(foretold(config).count == planned(config).mbufs);
    CHECK(foretold(config).bytes == bytes_of(planned(config)));
}

} // namespace

TEST_CASE("every ring can be full at once, and each worker has what it needs beside")
{
    config::Config config = two_ports();
    const unsigned usual = planned(config).mbufs;
    CHECK(usual > 3 * 2 * (2'048 + 1'024));
    config.ports["campus"].rx_descriptors = 4'096;
    CHECK(planned(config).mbufs == usual + 3 * 2'048); // a queue for each worker, though one was asked for
    config.ports["campus"].queues = 8;
    CHECK(planned(config).mbufs == usual + 8 * 4'096 - 3 * 2'048);
    config.ports["fabric"].tx_descriptors = 512;
    CHECK(planned(config).mbufs == usual + 8 * 4'096 - 3 * 2'048 - 3 * 512);
    config.ports["fabric"].tx_descriptors = 1'024;
    config.workers.cores.push_back(4);
    CHECK(planned(config).mbufs > usual + 8 * 4'096 - 3 * 2'048 + 2'048 + 2 * 1'024);
}

TEST_CASE("a buffer has room for the largest packet of any interface")
{
    config::Config config = two_ports();
    CHECK(planned(config).data_room == RTE_MBUF_DEFAULT_BUF_SIZE);
    config.ports["fabric"].mtu = 9'000;
    CHECK(planned(config).data_room >= RTE_PKTMBUF_HEADROOM + 9'000 + 14 + 2 * 4 + 4);
}

TEST_CASE("the memory plan of a configuration is what is made")
{
    config::Config config = two_ports();
    check_foretold(config);
    config.ports["fabric"].mtu = 9'216;
    config.ports["fabric"].queues = 16;
    config.ports["campus"].rx_descriptors = 32'768;
    config.ports["campus"].tx_descriptors = 128;
    check_foretold(config);
    config.vlans["n3"].port = "campus";
    config.vlans["n3"].mtu = 1'400;
    check_foretold(config);
    for (const char* name : {"minimal", "cloud-gateway", "mobile-gateway", "told-gateway", "one-node", "shared-nic"}) {
        INFO(name); // the working folder of the test is the repository's root
        const auto example = config::load_file("config/examples/" + std::string(name) + ".yaml");
        REQUIRE(example);
        check_foretold(example->config);
    }
}

} // namespace sluice::dataplane
