// How a hostile packet must end: under one expected name, in every shape, and without a trace.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/scenario/bench.hpp"
#include "tests/support/packet.hpp"

namespace sluice::test {

// What is said back about it: an ICMP error for some, nothing for the others.
enum class Answer { none, icmp_error };

// Sends `frame` whole, split and cloned. Each time it must end as `reason` ("stage.name") and as nothing else, and no
// mbuf be kept. `behind`: see make_frame.
void dies(Bench& bench, const std::string& interface, ByteSpan frame, const std::string& reason,
          Answer answer = Answer::none, ByteSpan behind = {});

// Sends `frame` whole, split and cloned. Each time it leaves by `to` in order and nothing ends: what looks odd and must
// be put up with.
void passes(Bench& bench, const std::string& interface, ByteSpan frame, const std::string& to);

// Sends `frame` whole, split and cloned. Each time it is consumed as `reason` and one answer goes back in order.
void is_answered(Bench& bench, const std::string& interface, ByteSpan frame, const std::string& reason);

// Sends `frame` whole, split and cloned. Each time the kernel gets it as it is.
void is_punted(Bench& bench, const std::string& interface, ByteSpan frame);

// Of the cuts not covered by the range before, those shorter than `below` end as `reason`.
struct Range {
    std::size_t below;
    std::string reason;
};

// Sends cut(0), cut(1), … up to the last range's end; behind each lies what was cut off.
void dies_at_every_length(Bench& bench, const std::string& interface,
                          const std::function<Bytes(std::size_t length)>& cut, const std::vector<Range>& ranges);

// The first `length` bytes.
[[nodiscard]] Bytes first(const Bytes& bytes, std::size_t length);
// What follows them.
[[nodiscard]] Bytes rest(const Bytes& bytes, std::size_t length);

// One field with one illegal value, and the name it dies under.
struct Row {
    std::string what;
    std::string interface;
    Packet packet;
    std::string reason;
    Answer answer = Answer::none;
};
void die(Bench& bench, const std::vector<Row>& rows);

} // namespace sluice::test
