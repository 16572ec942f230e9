#include "pipelines/factory.hpp"

#include <vector>

#include "dataplane/table/build/validate.hpp"
#include "pipelines/ageing.hpp"
#include "pipelines/explainer.hpp"
#include "pipelines/gateway.hpp"
#include "pipelines/gtpu/drops.hpp"
#include "pipelines/ip/drops.hpp"
#include "pipelines/l4lb/drops.hpp"
#include "pipelines/nat/drops.hpp"
#include "pipelines/session_reader.hpp"
#include "pipelines/translate/drops.hpp"
#include "pipelines/vxlan/drops.hpp"

namespace sluice {
namespace {

template<class... Tables>
std::vector<Reason> described(const Tables&... tables)
{
    std::vector<Reason> reasons;
    const auto add = [&reasons](const auto& rows) {
        for (const auto& row : rows)
            reasons.push_back(describe(row));
    };
    (add(tables), ...);
    return reasons;
}

// The sum over all workers, each of which counts for itself.
class TrafficSum final : public dataplane::TrafficReader {
public:
    void add(Traffic& worker) { workers_.push_back(&worker); }

    dataplane::TrafficCount tunnel(std::uint32_t counter) override
    {
        return sum([counter](Traffic& worker) -> Traffic::Count& { return worker.tunnel(counter); });
    }
    dataplane::TrafficCount network(std::uint16_t network) override
    {
        return sum([network](Traffic& worker) -> Traffic::Count& { return worker.network(network); });
    }
    dataplane::TrafficCount interface(std::uint16_t interface) override
    {
        return sum([interface](Traffic& worker) -> Traffic::Count& { return worker.interface(interface); });
    }

private:
    template<class Pick>
    dataplane::TrafficCount sum(Pick&& pick) const
    {
        dataplane::TrafficCount total;
        for (Traffic* worker : workers_) {
            const Traffic::Count& count = pick(*worker);
            total.rx_packets += count.rx_packets.load(std::memory_order_relaxed);
            total.rx_bytes += count.rx_bytes.load(std::memory_order_relaxed);
            total.tx_packets += count.tx_packets.load(std::memory_order_relaxed);
            total.tx_bytes += count.tx_bytes.load(std::memory_order_relaxed);
        }
        return total;
    }

    std::vector<Traffic*> workers_;
};

class GatewayFactory final : public dataplane::PipelineFactory {
public:
    explicit GatewayFactory(const dataplane::GatewaySetup& setup)
        : setup_(setup)
        , sessions_(setup.sessions)
        , ageing_(sessions_, setup.grace_periods, setup.tsc_hz)
        , reader_(sessions_, ageing_, setup.tsc_hz)
        , drops_(described(ip::parse_drops, translate::drops, ip::route_drops, nat::drops, l4lb::drops, vxlan::drops,
                           gtpu::drops))
        , consumed_(described(ip::route_consumed, gtpu::consumed))
        , catalog_{drops_, consumed_}
        , explainer_(sessions_, setup_, catalog_)
    {
    }

    std::unique_ptr<Pipeline> make_worker(unsigned) override
    {
        Traffic traffic(setup_.tunnels, table::Bounds::networks, setup_.interfaces);
        traffic.take_memory();
        auto gateway =
            std::make_unique<Gateway>(sessions_, std::move(traffic), setup_.tsc_hz, setup_.new_sessions, setup_.stages);
        traffic_.add(gateway->traffic());
        reader_.add(gateway->traffic());
        return gateway;
    }
    dataplane::Housekeeping& housekeeping() override { return ageing_; }
    dataplane::SessionReader& sessions() override { return reader_; }
    dataplane::TrafficReader& traffic() override { return traffic_; }
    dataplane::Explainer& explainer() override { return explainer_; }
    const ReasonCatalog& reasons() const override { return catalog_; }

private:
    dataplane::GatewaySetup setup_;
    translate::Sessions sessions_;
    Ageing ageing_;
    SessionReader reader_;
    TrafficSum traffic_;
    std::vector<Reason> drops_;
    std::vector<Reason> consumed_;
    ReasonCatalog catalog_;
    Explainer explainer_;
};

} // namespace

std::unique_ptr<dataplane::PipelineFactory> make_gateway(const dataplane::GatewaySetup& setup)
{
    return std::make_unique<GatewayFactory>(setup);
}

} // namespace sluice
