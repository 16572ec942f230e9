// An ICMP error follows the session of the packet it is about: the quoted packet is turned back, so that its sender
// knows it, and the error is addressed like an answer (RFC 5508 section 4).
#pragma once

#include <optional>

#include "dataplane/burst/translation.hpp"

namespace sluice::translate {

// The flow of the answers to the quoted packet, in the error's network; this key is looked for.
template<class Family>
struct Quoted {
    typename Family::Key answer_key;
    std::uint16_t ip = 0; // from data start: where the quoted IP header stands
    std::uint16_t l4 = 0; // and the transport header behind it
};

// Nothing when too little is quoted, or when the error is not addressed to the quoted packet's sender.
template<class Family>
[[nodiscard]] std::optional<Quoted<Family>> read_quoted(const Packet& packet) noexcept;

// `answers`: what is done to packets that have `quoted.answer_key`. The error's source changes when theirs would:
// inside addresses stay inside. Afterwards the packet is in `answers.out_network`.
template<class Family>
void rewrite_error(Packet& packet, const Quoted<Family>& quoted, const TranslationOf<Family>& answers) noexcept;

} // namespace sluice::translate
