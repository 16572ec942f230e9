// What becomes of a packet whose flow has no session: a new one by NAT or a service, a translation without state, the
// node's own answer, the kernel, or plain forwarding. The slow path: once per flow, except for plain forwarding.
#pragma once

#include <optional>

#include "dataplane/burst/pipeline.hpp"
#include "dataplane/burst/translation.hpp"
#include "pipelines/rate_limit.hpp"
#include "pipelines/translate/reserves.hpp"

namespace sluice {

template<class Family>
struct Decision {
    // `next`: forward, translated by `entry` or `stateless` when one is set. echo: answer the ping in place.
    Verdict verdict;
    bool answer_echo = false;
    std::uint32_t entry = table::none;
    std::optional<TranslationOf<Family>> stateless; // in a dry run also what would be a session
    table::Cold owners{};                           // of the session, or whom a packet without one is counted for
    bool remembered = false;                        // there is, or but for the dry run would be, a session
};

class Policy {
public:
    // `reserves` and `new_sessions`: the worker's own, the latter asked before a session is made.
    Policy(translate::Sessions& sessions, translate::Reserves& reserves, RateLimit& new_sessions)
        : sessions_(sessions)
        , reserves_(reserves)
        , new_sessions_(new_sessions)
    {
    }

    // Precondition: no ICMP error, not originated, and the session table has just missed.
    template<class Family>
    [[nodiscard]] Decision<Family> decide(const BurstContext& context, const Packet& packet) noexcept;

    // Whether decide() would ask `new_sessions` for a packet of this flow with ports and no fragment. `connects`: a SYN
    // alone. Asks the tables only.
    template<class Family>
    [[nodiscard]] static bool begins_session(const table::Snapshot& tables, const typename Family::Key& key,
                                             bool connects) noexcept;

private:
    template<class Family>
    struct Case;

    translate::Sessions& sessions_;
    translate::Reserves& reserves_;
    RateLimit& new_sessions_;
};

} // namespace sluice
