// The way of one packet from its network to its end: session or policy, route, rewrite, tunnel, out. Made for one burst
// of one worker; every packet given to it has ended, and is counted, when the call returns.
#pragma once

#include "dataplane/burst/packet.hpp"
#include "dataplane/burst/pipeline.hpp"
#include "dataplane/burst/translation.hpp"
#include "pipelines/express_item.hpp"
#include "pipelines/ip/hold.hpp"
#include "pipelines/ip/way.hpp"
#include "pipelines/policy.hpp"
#include "pipelines/rate_limit.hpp"
#include "pipelines/traffic.hpp"
#include "pipelines/translate/icmp_error.hpp"
#include "pipelines/translate/reserves.hpp"
#include "pipelines/translate/sessions.hpp"

namespace sluice {

// What a worker keeps between bursts, beside the sessions that all share.
struct WorkerState {
    translate::Sessions& sessions;
    Traffic traffic;
    ip::Hold hold;
    RateLimit errors;       // ICMP errors that may be sent
    RateLimit new_sessions; // that may begin
    std::uint64_t patience; // TSC ticks in which a living peer answers
    translate::Reserves reserves{};
    ExpressLane lane{}; // of the burst at hand
};

class Forwarder {
public:
    Forwarder(WorkerState& worker, BurstContext& context)
        : worker_(worker)
        , context_(context)
        , tables_(context.tables)
        , policy_(worker.sessions, worker.reserves, worker.new_sessions)
    {
    }

    // The keyed hash of its flow, which forward() needs.
    void hash(Packet& packet) noexcept;
    void forward(Packet& packet) noexcept;

    // Ends a packet that goes no further. Precondition: neither `next` nor `hold`.
    void settle(Packet& packet, const Verdict& verdict) noexcept;

private:
    // Where a packet is sent, in the network where it will be after its rewrite.
    template<class Family>
    struct Target {
        std::uint16_t network;
        typename Family::Address address;
        std::uint32_t entry; // caches the hop; table::none: nobody does
    };

    template<class Family>
    [[nodiscard]] Verdict pass(Packet& packet) noexcept;
    template<class Family>
    [[nodiscard]] Verdict by_policy(Packet& packet) noexcept;
    template<class Family>
    void observe(const Packet& packet, const Decision<Family>& decision) noexcept;
    template<class Family>
    [[nodiscard]] Verdict originated(Packet& packet) noexcept;
    template<class Family>
    [[nodiscard]] Verdict translated(Packet& packet, const TranslationOf<Family>& action, std::uint32_t entry,
                                     std::uint32_t backend = table::no_owner) noexcept;
    template<class Family>
    [[nodiscard]] Verdict plain(Packet& packet) noexcept;
    template<class Family>
    [[nodiscard]] Verdict echo(Packet& packet) noexcept;
    template<class Family>
    [[nodiscard]] bool matches_sessions(const Packet& packet) const noexcept;
    template<class Family>
    [[nodiscard]] bool gives_way(const Packet& packet) const noexcept;
    template<class Family>
    void touch(const Packet& packet, std::uint32_t entry) noexcept;

    template<class Family>
    [[nodiscard]] Verdict error(Packet& packet) noexcept;
    template<class Family>
    [[nodiscard]] Verdict follow(Packet& packet, const translate::Quoted<Family>& quoted,
                                 const TranslationOf<Family>& answers) noexcept;
    template<class Family>
    [[nodiscard]] Verdict unrelated(Packet& packet, const std::optional<translate::Quoted<Family>>& quoted) noexcept;

    template<class Family, class Rewrite>
    [[nodiscard]] Verdict dispatch(Packet& packet, const Target<Family>& target, Rewrite&& rewrite) noexcept;
    template<class Family>
    [[nodiscard]] Verdict find_way(Packet& packet, const Target<Family>& target, ip::Way& way) noexcept;
    [[nodiscard]] Verdict send(Packet& packet, const ip::Way& way) noexcept;
    void hold(Packet& packet, const ip::Way& way) noexcept;

    void drop(Packet& packet, std::uint8_t reason) noexcept;
    void punt(Packet& packet, PuntClass punt_class) noexcept;
    template<class Family>
    void answer(const Packet& packet, const Verdict& verdict) noexcept;

    WorkerState& worker_;
    BurstContext& context_;
    const table::Snapshot& tables_;
    Policy policy_;
};

} // namespace sluice
