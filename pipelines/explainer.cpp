#include "pipelines/explainer.hpp"

#include "dataplane/table/build/validate.hpp"
#include "pipelines/account.hpp"
#include "pipelines/gateway.hpp"
#include "pipelines/made_up_packet.hpp"

namespace sluice {
namespace {

// What would leave stays here.
class Nowhere final : public Outlets {
public:
    void transmit(rte_mbuf* const* frames, std::span<const DepartureRun> runs) noexcept override
    {
        for (const DepartureRun& run : runs)
            for (unsigned i = 0; i < run.frames; ++i)
                rte_pktmbuf_free(*frames++);
    }
    bool punt(std::uint16_t, PuntClass, rte_mbuf* frame) noexcept override
    {
        rte_pktmbuf_free(frame);
        return true;
    }
    void want_neighbor(std::uint16_t, const std::uint8_t*, unsigned) noexcept override {}
};

} // namespace

Result<void> Explainer::explain(const api::Explain& question, const table::Snapshot& tables, rte_mempool* pool,
                                std::uint64_t now, api::Explanation& answer)
{
    const auto made = make_up(question, tables, pool);
    if (!made) return tl::unexpected(made.error());
    answer.set_generation(tables.generation);
    answer.set_interface(made->interface->name);

    Ledger ledger;
    const auto last_drops = std::make_unique<LastDrops>();
    Nowhere outlets;
    Departures departures(outlets);
    Gateway gateway(sessions_, Traffic(setup_.tunnels, table::Bounds::networks, setup_.interfaces), setup_.tsc_hz, 0);
    Account account(tables, names_, made->peer, answer);
    BurstContext context{ledger, *last_drops, outlets, departures, tables, pool, now, &account};
    gateway.receive(context, made->interface->port, &made->frame, 1);
    context.observer = nullptr;
    gateway.close(context); // frees what was held
    return {};
}

} // namespace sluice
