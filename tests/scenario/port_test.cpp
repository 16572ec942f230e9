// Ports of drivers that lack nearly everything: what stands in for it. net_null has no checksums, sends no chains and
// deals out nothing until told to; net_ring hands back what was sent.
#include <catch2/catch.hpp>

#include <array>
#include <numeric>
#include <optional>

#include <rte_bus_vdev.h>
#include <rte_eth_ring.h>

#include "dataplane/ports.hpp"
#include "dataplane/transmitter.hpp"
#include "tests/scenario/eal.hpp"

namespace sluice::test {
namespace {

using dataplane::Port;
using dataplane::PortPlan;

PortPlan plan_of(const std::string& device, unsigned queues = 1)
{
    PortPlan plan;
    plan.name = "fabric";
    plan.device = device;
    plan.queues = queues;
    return plan;
}

// A virtual device for the length of a test.
class Device {
public:
    Device(std::string name, const std::string& arguments)
        : name_(std::move(name))
    {
        start_eal();
        REQUIRE(rte_vdev_init(name_.c_str(), arguments.c_str()) == 0);
    }
    ~Device() { rte_vdev_uninit(name_.c_str()); }
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    [[nodiscard]] const std::string& name() const { return name_; }

private:
    std::string name_;
};

// A net_ring of two queues each way: what is sent by one queue is received from the same.
class RingDevice {
public:
    RingDevice()
    {
        start_eal();
        for (std::size_t i = 0; i < rings_.size(); ++i)
            rings_[i] = rte_ring_create(("two-" + std::to_string(i)).c_str(), 64, SOCKET_ID_ANY, 0);
        REQUIRE(rte_eth_from_rings("two", rings_.data(), 2, rings_.data(), 2, 0) >= 0);
    }
    ~RingDevice()
    {
        rte_vdev_uninit(name().c_str());
        for (rte_ring* ring : rings_)
            rte_ring_free(ring);
    }
    RingDevice(const RingDevice&) = delete;
    RingDevice& operator=(const RingDevice&) = delete;

    [[nodiscard]] static std::string name() { return "net_ring_two"; }

private:
    std::array<rte_ring*, 2> rings_{};
};

// What reaches a driver on one of its transmit queues.
class Witness {
public:
    explicit Witness(std::uint16_t device)
        : device_(device)
        , callback_(rte_eth_add_tx_callback(device, 0, note, this))
    {
        REQUIRE(callback_ != nullptr);
    }
    ~Witness() { rte_eth_remove_tx_callback(device_, 0, callback_); }
    Witness(const Witness&) = delete;
    Witness& operator=(const Witness&) = delete;

    std::vector<unsigned> segments;  // of each frame
    std::vector<std::uint8_t> bytes; // of its first segment, one frame after the other

private:
    static std::uint16_t note(std::uint16_t, std::uint16_t, rte_mbuf** frames, std::uint16_t count, void* witness)
    {
        auto& seen = *static_cast<Witness*>(witness);
        for (std::uint16_t i = 0; i < count; ++i) {
            seen.segments.push_back(frames[i]->nb_segs);
            const auto* first = rte_pktmbuf_mtod(frames[i], const std::uint8_t*);
            seen.bytes.insert(seen.bytes.end(), first, first + frames[i]->data_len);
        }
        return count;
    }

    std::uint16_t device_;
    const rte_eth_rxtx_callback* callback_;
};

// 0, 1, 2, … over segments of this many bytes each.
rte_mbuf* chain(rte_mempool* pool, unsigned segments, unsigned bytes_each)
{
    std::uint8_t next = 0;
    rte_mbuf* head = nullptr;
    for (unsigned i = 0; i < segments; ++i) {
        rte_mbuf* segment = rte_pktmbuf_alloc(pool);
        REQUIRE(segment != nullptr);
        auto* bytes =
            reinterpret_cast<std::uint8_t*>(rte_pktmbuf_append(segment, static_cast<std::uint16_t>(bytes_each)));
        for (unsigned byte = 0; byte < bytes_each; ++byte)
            bytes[byte] = next++;
        if (head == nullptr)
            head = segment;
        else
            REQUIRE(rte_pktmbuf_chain(head, segment) == 0);
    }
    return head;
}

struct Books {
    Ledger ledger;
    LastDrops last_drops;
    std::vector<dataplane::InterfaceCounter> interfaces = std::vector<dataplane::InterfaceCounter>(2);

    dataplane::Transmitter::Books all() { return {ledger, last_drops, interfaces}; }
    [[nodiscard]] std::uint64_t dropped(worker::Drop why) const { return ledger.own().drops[flat_reason(why)]; }
};

// A worker's way out of a device, its port started.
struct Sending {
    Sending(const Mbufs& mbufs, const std::string& device, unsigned queues = 1)
        : opened(Port::open(plan_of(device, queues), queues, warnings))
    {
        REQUIRE(opened);
        REQUIRE(port().start(mbufs.pool(), warnings));
        transmitter.emplace(port(), 0, mbufs.pool(), books.all());
    }

    [[nodiscard]] Port& port() const { return **opened; }

    std::vector<std::string> warnings;
    decltype(Port::open({}, 1, warnings)) opened;
    Books books;
    std::optional<dataplane::Transmitter> transmitter;
};

} // namespace

SCENARIO("a device with nothing to offer is used all the same, and what is missing is named")
{
    Mbufs mbufs;
    Device device("net_null0", "");
    std::vector<std::string> warnings;
    const auto port = Port::open(plan_of(device.name()), 1, warnings);
    REQUIRE(port);
    CHECK((*port)->use().used.empty());
    CHECK((*port)->use().missing == std::vector<std::string>{"rx-ipv4-checksum", "rx-segments", "tx-segments"});
    CHECK((*port)->most_segments() == 1);
    CHECK((*port)->start(mbufs.pool(), warnings));
    CHECK(warnings.empty());
}

SCENARIO("a redirection table that sends everything to one queue is dealt out over all")
{
    Mbufs mbufs;
    Device device("net_null1", ""); // its table begins as zeros
    std::vector<std::string> warnings;
    const auto port = Port::open(plan_of(device.name(), 3), 3, warnings);
    REQUIRE(port);
    REQUIRE((*port)->queues().receive == 3);
    CHECK((*port)->start(mbufs.pool(), warnings));
    CHECK((*port)->use().used == std::vector<std::string>{"rss"});
    CHECK((*port)->spread().queues == 3);
    CHECK((*port)->spread().table_entries == 128);
    CHECK(warnings.empty());
}

SCENARIO("a device without RSS says that what it receives may land on one worker")
{
    Mbufs mbufs;
    RingDevice device;
    std::vector<std::string> warnings;
    const auto port = Port::open(plan_of(RingDevice::name(), 2), 2, warnings);
    REQUIRE(port);
    CHECK((*port)->queues().receive == 2);
    CHECK((*port)->use().missing == std::vector<std::string>{"rx-ipv4-checksum", "rss"});
    CHECK((*port)->start(mbufs.pool(), warnings));
    CHECK(warnings == std::vector<std::string>{
                          "ports.fabric: the driver does not set the MTU to 1500 (Operation not supported); see that "
                          "the other end uses it",
                          "ports.fabric: the device has no RSS; what it receives may land on one worker"});
}

SCENARIO("a frame in more segments than a device sends at once is joined before it leaves")
{
    Mbufs mbufs;
    Device device("net_null2", "");
    Sending out(mbufs, device.name());
    const unsigned in_device = mbufs.lost();
    {
        Witness witness(out.port().device());
        out.transmitter->add(0, chain(mbufs.pool(), 4, 50));
        out.transmitter->flush();
        CHECK(witness.segments == std::vector<unsigned>{1});
        std::vector<std::uint8_t> whole(200);
        std::iota(whole.begin(), whole.end(), std::uint8_t{0});
        CHECK(witness.bytes == whole);
    }
    CHECK(out.books.ledger.own().sent == 1);
    CHECK(mbufs.lost() == in_device);
}

SCENARIO("a frame that no buffer can take whole dies under a name, and nothing of it is lost")
{
    Mbufs mbufs;
    Device device("net_null3", "");
    Sending out(mbufs, device.name());
    const unsigned in_device = mbufs.lost();
    out.transmitter->add(0, chain(mbufs.pool(), 3, 1'000)); // more than one buffer of 2,048 bytes
    out.transmitter->flush();
    CHECK(out.books.ledger.own().sent == 0);
    CHECK(out.books.dropped(worker::Drop::tx_no_buffer) == 1);
    CHECK(mbufs.lost() == in_device);
}

SCENARIO("what no buffer can take leaves no trace, however much of it comes, also by turns for two interfaces")
{
    Mbufs mbufs;
    Device device("net_null5", "");
    Sending out(mbufs, device.name());
    const unsigned in_device = mbufs.lost();
    for (std::uint16_t i = 0; i < 200; ++i)
        out.transmitter->add(i % 2, chain(mbufs.pool(), 3, 1'000));
    out.transmitter->add(1, chain(mbufs.pool(), 1, 100));
    out.transmitter->flush();
    CHECK(out.books.ledger.own().sent == 1);
    CHECK(out.books.dropped(worker::Drop::tx_no_buffer) == 200);
    CHECK(out.books.interfaces[0].packets.read() == 0);
    CHECK(out.books.interfaces[1].bytes.read() == 100);
    CHECK(mbufs.lost() == in_device);
}

SCENARIO("of frames that the device does not take packets and bytes are counted as dropped, by interface")
{
    Mbufs mbufs;
    RingDevice device; // takes 63
    Sending out(mbufs, RingDevice::name(), 2);
    for (std::uint16_t interface = 0; interface < 2; ++interface) {
        const std::uint16_t length = interface == 0 ? 100 : 60;
        std::array<rte_mbuf*, 40> frames;
        for (rte_mbuf*& frame : frames)
            frame = chain(mbufs.pool(), 1, length);
        out.transmitter->add(frames.data(), {0, interface, frames.size(), false, frames.size() * length});
    }
    out.transmitter->flush();
    CHECK(out.books.ledger.own().sent == 63);
    CHECK(out.books.dropped(worker::Drop::tx_queue_full) == 17);
    CHECK(out.books.interfaces[0].packets.read() == 40);
    CHECK(out.books.interfaces[0].bytes.read() == 40 * 100);
    CHECK(out.books.interfaces[1].packets.read() == 23);
    CHECK(out.books.interfaces[1].bytes.read() == 23 * 60);
    std::array<rte_mbuf*, 64> back{};
    rte_pktmbuf_free_bulk(back.data(), rte_eth_rx_burst(out.port().device(), 0, back.data(), back.size()));
}

SCENARIO("a device that sends chains gets them as they are")
{
    Mbufs mbufs;
    Device device("net_ring1", "");
    Sending out(mbufs, device.name());
    {
        Witness witness(out.port().device());
        out.transmitter->add(0, chain(mbufs.pool(), 4, 50));
        out.transmitter->flush();
        CHECK(witness.segments == std::vector<unsigned>{4});
    }
    rte_mbuf* back = nullptr;
    REQUIRE(rte_eth_rx_burst(out.port().device(), 0, &back, 1) == 1);
    CHECK(back->pkt_len == 200);
    rte_pktmbuf_free(back);
}

SCENARIO("the bus that wants a device back is heard")
{
    Mbufs mbufs;
    Device device("net_null4", "");
    std::vector<std::string> warnings;
    const auto port = Port::open(plan_of(device.name()), 1, warnings);
    REQUIRE(port);
    REQUIRE((*port)->start(mbufs.pool(), warnings));
    REQUIRE((*port)->link_up());
    rte_dev_event_callback_process(device.name().c_str(), RTE_DEV_EVENT_ADD);
    CHECK_FALSE((*port)->removed());
    rte_dev_event_callback_process(device.name().c_str(), RTE_DEV_EVENT_REMOVE);
    CHECK((*port)->removed());
    CHECK_FALSE((*port)->link_up());
    std::uint16_t found = 0;
    (*port)->close();
    CHECK(rte_eth_dev_get_port_by_name(device.name().c_str(), &found) != 0);
}

} // namespace sluice::test
