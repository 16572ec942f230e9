// What an observed packet met, step by step, in words: the answer to `sluicectl why`.
#pragma once

#include "dataplane/api/sluice.pb.h"
#include "dataplane/burst/observer.hpp"
#include "dataplane/burst/translation.hpp"
#include "dataplane/reason_names.hpp"

namespace sluice {

class Account final : public Observer {
public:
    // `peer`: who sent the outer packet. All outlive the account.
    Account(const table::Snapshot& tables, const dataplane::ReasonNames& names, const IpAddress& peer,
            api::Explanation& answer)
        : tables_(tables)
        , names_(names)
        , peer_(peer)
        , answer_(answer)
    {
    }

    void arrived(const Packet& packet, const Verdict& verdict) noexcept override;
    void translated(const table::Translation<table::FlowKey4>& action, const table::Cold& owners,
                    By by) noexcept override;
    void translated(const table::Translation<table::FlowKey6>& action, const table::Cold& owners,
                    By by) noexcept override;
    void untranslated(const Packet& packet) noexcept override;
    void routed(std::uint16_t network, const IpAddress& destination, std::uint32_t hop, const table::Tunnel* tunnel,
                const table::Adjacency* adjacency) noexcept override;
    void encapsulated(const Packet& packet, const table::Tunnel& tunnel, std::uint16_t mtu) noexcept override;
    void transmitted(const Packet& packet, const table::Adjacency& to) noexcept override;
    void waits_for(std::uint16_t interface, const IpAddress& neighbor) noexcept override;
    void ended(const Packet& packet, const Verdict& verdict) noexcept override;

private:
    // A line of a stage; lines of one stage that follow each other stand together.
    void say(std::string_view stage, std::string line);
    void conclude(std::string_view verdict, const Reason* reason = nullptr);
    template<class Family>
    void tell(const TranslationOf<Family>& action, const table::Cold& owners, By by);
    template<class Family>
    void tell_rule(const TranslationOf<Family>& action, const table::Cold& owners);
    template<class Family>
    void tell_slot(const TranslationOf<Family>& action, const table::Cold& owners);
    template<class Family>
    [[nodiscard]] std::string without_state(const TranslationOf<Family>& action, const table::Cold& owners) const;
    [[nodiscard]] std::string owner_text(const table::Cold& owners) const;

    const table::Snapshot& tables_;
    const dataplane::ReasonNames& names_;
    IpAddress peer_;
    api::Explanation& answer_;
    bool answering_ = false; // what follows is the way of an ICMP error or of an answer made here
};

} // namespace sluice
