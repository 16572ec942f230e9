#include "tests/scenario/bench.hpp"

#include <catch2/catch.hpp>

#include "config/loader.hpp"
#include "control/delta.hpp"
#include "control/desired/desired.hpp"
#include "dataplane/interfaces.hpp"
#include "dataplane/reason_names.hpp"
#include "pipelines/factory.hpp"
#include "pipelines/gateway.hpp"
#include "tests/scenario/shape.hpp"

namespace sluice::test {
namespace {

constexpr std::uint64_t tsc_hz = 1ULL << 30; // a power of two, so that a second is a whole number of ticks
constexpr std::uint64_t slice = tsc_hz / 10; // housekeeping's interval

config::Config load(const std::string& yaml)
{
    auto loaded = config::load_text(yaml, "bench.yaml");
    if (loaded) return std::move(loaded->config);
    std::string errors;
    for (const Error& error : loaded.error())
        errors += error.text() + "\n";
    throw std::runtime_error(errors);
}

std::vector<table::Interface> interfaces_of(const config::Config& config)
{
    auto interfaces = dataplane::interface_plans(config);
    for (table::Interface& interface : interfaces)
        interface.mac = MacAddress{{2, 0, 0, 0, 1, static_cast<std::uint8_t>(interface.port)}};
    return interfaces;
}

table::Limits small_limits()
{
    table::Limits limits;
    limits.tunnels = 1'024;
    limits.ring_size = 1'009; // prime
    return limits;
}

} // namespace

Bench::Bench(const std::string& yaml)
    : config_(load(yaml))
    , now_(1'000 * tsc_hz)
{
    const auto interfaces = interfaces_of(config_);
    const table::Limits limits = small_limits();
    model_ = std::make_unique<table::Model>(interfaces, static_cast<unsigned>(config_.ports.size()), limits);
    tables_ = model_->initial();
    factory_ = make_gateway({1, tsc_hz, config_.memory.sessions, config_.workers.new_sessions, limits.tunnels,
                             static_cast<std::uint32_t>(interfaces.size()), *this});
    pipeline_ = factory_->make_worker(0);
    program();
}

Bench::~Bench()
{
    BurstContext last = context();
    pipeline_->close(last);
    CHECK(ledger_.own().balanced());
    CHECK(ledger_.own().held == 0);
    CHECK(mbufs_.lost() == 0);
}

void Bench::configure(const std::string& yaml)
{
    config_ = load(yaml);
    program();
}

void Bench::learn(const std::string& name, const std::string& address, const std::string& mac)
{
    config_.neighbors.push_back({name, IpAddress::parse(address).value(), MacAddress::parse(mac).value(), 0});
    program();
}

void Bench::program()
{
    const control::KernelState kernel;
    const control::Desired wanted = control::desired({config_, "bench.yaml", {}, kernel, programmed_});
    REQUIRE(wanted.problems == std::vector<std::string>{});
    api::Transaction transaction = control::delta(programmed_, wanted.objects);
    apply(transaction);
    control::record(programmed_, transaction);
}

void Bench::learn(const api::RouteSet& routes)
{
    api::Transaction transaction;
    *transaction.mutable_upsert_routes() = routes;
    apply(transaction);
}

void Bench::apply(api::Transaction& transaction)
{
    transaction.set_generation(tables_->generation + 1);
    auto next = model_->apply(transaction);
    if (!next) throw std::runtime_error(next.error().text());
    tables_ = std::move(*next);
    model_->commit();
}

std::vector<Left> Bench::send(const std::string& name, ByteSpan frame, Shape shape, ByteSpan behind)
{
    const Made made = make_frame(mbufs_.pool(), frame, shape, behind);
    receive(name, &made.frame, 1);
    if (made.original != nullptr) {
        CHECK(bytes_of(made.original) == Bytes(frame.begin(), frame.end()));
        rte_pktmbuf_free(made.original);
    }
    return std::exchange(left_, {});
}

std::vector<Left> Bench::send(const std::string& name, const std::vector<Bytes>& frames)
{
    std::vector<rte_mbuf*> mbufs;
    for (const Bytes& frame : frames)
        mbufs.push_back(make_frame(mbufs_.pool(), frame, Shape::whole).frame);
    receive(name, mbufs.data(), static_cast<unsigned>(mbufs.size()));
    return std::exchange(left_, {});
}

void Bench::receive(const std::string& name, rte_mbuf* const* mbufs, unsigned count)
{
    BurstContext now = context();
    pipeline_->receive(now, interface(name).port, mbufs, count);
    CHECK(ledger_.own().balanced());
}

std::vector<Left> Bench::wait(double seconds)
{
    const auto end = now_ + static_cast<std::uint64_t>(seconds * static_cast<double>(tsc_hz));
    while (now_ < end) {
        now_ = std::min(now_ + slice, end);
        BurstContext now = context();
        pipeline_->tick(now);
        while (factory_->housekeeping().run(now_, *tables_))
            ;
    }
    return std::exchange(left_, {});
}

std::string Bench::mac(const std::string& name) const
{
    return interface(name).mac.text();
}

std::map<std::string, std::uint64_t> Bench::ends()
{
    std::map<std::string, std::uint64_t> ends;
    const dataplane::ReasonNames names(factory_->reasons());
    const LawTerms& now = ledger_.own();
    const auto add = [&ends](const Reason& reason, std::uint64_t count) {
        if (count != 0) ends[std::string(reason.stage) + "." + std::string(reason.name)] += count;
    };
    for (const Reason& reason : names.drops())
        add(reason, now.drops[reason.flat] - told_.drops[reason.flat]);
    for (const Reason& reason : names.consumed())
        add(reason, now.consumed[reason.flat] - told_.consumed[reason.flat]);
    told_ = now;
    return ends;
}

api::Sessions Bench::sessions(const api::SessionFilter& filter)
{
    api::Sessions answer;
    factory_->sessions().sessions(filter, 0, *tables_, answer);
    return answer;
}

api::Services Bench::services()
{
    api::Services answer;
    factory_->sessions().services(*tables_, answer);
    return answer;
}

Result<api::Explanation> Bench::why(const api::Explain& question)
{
    api::Explanation answer;
    const auto done = factory_->explainer().explain(question, *tables_, mbufs_.pool(), now_, answer);
    if (!done) return tl::unexpected(done.error());
    return answer;
}

std::uint64_t Bench::express_packets()
{
    return dynamic_cast<Gateway&>(*pipeline_).traffic().express().tx_packets.load(std::memory_order_relaxed);
}

BurstContext Bench::context()
{
    return {ledger_, last_drops_, *this, departures_, *tables_, mbufs_.pool(), now_};
}

const table::Interface& Bench::interface(const std::string& name) const
{
    for (const table::Interface& interface : tables_->interfaces)
        if (interface.name == name) return interface;
    throw std::runtime_error("no interface " + name);
}

void Bench::keep(std::uint16_t id, const rte_mbuf* frame, bool punted)
{
    left_.push_back({tables_->interfaces[id].name, bytes_of(frame), punted});
}

void Bench::transmit(rte_mbuf* const* frames, std::span<const DepartureRun> runs) noexcept
{
    for (const DepartureRun& run : runs) {
        CHECK(tables_->interfaces[run.interface].port == run.port);
        std::uint64_t bytes = 0;
        for (unsigned i = 0; i < run.frames; ++i) {
            rte_mbuf* frame = *frames++;
            CHECK((run.chained || frame->nb_segs == 1));
            bytes += frame->pkt_len;
            keep(run.interface, frame, false);
            rte_pktmbuf_free(frame);
            ledger_.send(1);
        }
        CHECK(bytes == run.bytes);
    }
}

bool Bench::punt(std::uint16_t id, PuntClass, rte_mbuf* frame) noexcept
{
    if (refuse_punts_) return false;
    keep(id, frame, true);
    rte_pktmbuf_free(frame);
    return true;
}

void Bench::want_neighbor(std::uint16_t id, const std::uint8_t* address, unsigned length) noexcept
{
    wanted_.push_back(tables_->interfaces[id].name + " " + address_text(ByteSpan(address, length)));
}

Decoded only(const std::vector<Left>& out, const std::string& interface)
{
    REQUIRE(out.size() == 1);
    REQUIRE(out[0].interface == interface);
    Decoded packet = decode(out[0].frame);
    INFO(packet.describe());
    REQUIRE(packet.faults.empty());
    return packet;
}

} // namespace sluice::test
