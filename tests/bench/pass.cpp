#include "tests/bench/pass.hpp"

#include <algorithm>

#include <rte_cycles.h>
#include <rte_mbuf.h>

#include "tests/support/decode.hpp"

namespace sluice::bench {

Pass::Pass(Train& train, unsigned burst, rte_mempool* pool, Oracle oracle, std::size_t most, double most_per_second)
    : Job(train.port())
    , train_(train)
    , burst_(burst)
    , pool_(pool)
    , oracle_(std::move(oracle))
    , wanted_(std::min(most, train.flows()))
    , per_cycle_(most_per_second / static_cast<double>(rte_get_tsc_hz()))
{
    train_.rewind();
}

unsigned Pass::receive(rte_mbuf** frames, unsigned room) noexcept
{
    const std::size_t remaining = wanted_ - sent_;
    if (remaining == 0) {
        done();
        return 0;
    }
    if (is_ahead_of_pace()) return 0;
    const auto count = static_cast<unsigned>(std::min<std::size_t>({remaining, burst_, room}));
    const unsigned made = train_.emit(pool_, frames, count);
    sent_ += made;
    return made;
}

// What was missed in a pause is not made up for by a burst.
bool Pass::is_ahead_of_pace() noexcept
{
    if (per_cycle_ == 0) return false;
    const std::uint64_t now = rte_rdtsc();
    const double due = static_cast<double>(now - started_) * per_cycle_;
    const auto since = static_cast<double>(sent_ - sent_at_start_);
    if (started_ != 0 && due <= since + burst_) return since > due;
    started_ = now;
    sent_at_start_ = sent_;
    return false;
}

void Pass::take(std::uint16_t port, rte_mbuf** frames, unsigned count) noexcept
{
    for (unsigned i = 0; i < count; ++i)
        judge(port, *frames[i]);
    rte_pktmbuf_free_bulk(frames, count);
}

void Pass::judge(std::uint16_t port, const rte_mbuf& frame) noexcept
{
    const std::size_t position = left_++;
    if (position >= sent_) return; // trouble() counts it
    const std::uint32_t flow = train_.flow_at(position);
    const test::ByteSpan got{rte_pktmbuf_mtod(&frame, const std::uint8_t*), frame.data_len};
    const auto expected = oracle_(flow, got);
    const bool right = expected && expected->port == port && frame.nb_segs == 1 && frame.pkt_len == got.size() &&
                       std::ranges::equal(expected->frame.bytes(), got);
    if (right || wrong_++ != 0) return;
    first_wrong_ = "flow " + std::to_string(flow) + " left port " + std::to_string(port) + " as\n  " +
                   test::describe(got) + "\n  " + test::to_hex(got);
    if (expected)
        first_wrong_ += "\nand not port " + std::to_string(expected->port) + " as\n  " +
                        test::describe(expected->frame.bytes()) + "\n  " + test::to_hex(expected->frame.bytes());
    else
        first_wrong_ += "\nwhich the node was not free to choose";
}

std::string Pass::trouble() const
{
    if (left_ != sent_) return std::to_string(sent_) + " packets in, " + std::to_string(left_) + " out";
    if (wrong_ == 0) return {};
    return std::to_string(wrong_) + " of " + std::to_string(sent_) + " packets are wrong; the first: " + first_wrong_;
}

} // namespace sluice::bench
