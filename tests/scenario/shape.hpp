// Frames as mbufs, in every shape a driver may hand over.
#pragma once

#include <rte_mbuf.h>

#include "tests/scenario/bench.hpp"

namespace sluice::test {

// A received frame. `original`: of a clone, the one that shares its bytes, which the caller frees; otherwise nullptr.
struct Made {
    rte_mbuf* frame = nullptr;
    rte_mbuf* original = nullptr;
};
// `behind` lies in the mbuf behind the frame's last byte, where nothing may look: a frame that was cut, with the rest
// of it there, seems whole to code that reads too far.
[[nodiscard]] Made make_frame(rte_mempool* pool, ByteSpan bytes, Shape shape, ByteSpan behind = {});

[[nodiscard]] Bytes bytes_of(const rte_mbuf* frame);

} // namespace sluice::test
