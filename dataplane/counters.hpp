// What a worker has sent by one interface. Written by that worker, read by telemetry at any time.
#pragma once

#include <atomic>
#include <cstdint>

namespace sluice::dataplane {

// A number with one writer: no locked instruction is needed to count.
class SingleWriterCounter {
public:
    void add(std::uint64_t by) noexcept
    {
        value_.store(value_.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t read() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

// The largest of the numbers shown to it by one writer; memory is written only when there is a larger one.
class SingleWriterMaximum {
public:
    void show(std::uint64_t value) noexcept
    {
        if (value > value_.load(std::memory_order_relaxed)) value_.store(value, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t read() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

struct InterfaceCounter {
    SingleWriterCounter packets;
    SingleWriterCounter bytes;

    void add(std::uint64_t frames, std::uint64_t frame_bytes) noexcept
    {
        packets.add(frames);
        bytes.add(frame_bytes);
    }
};

} // namespace sluice::dataplane
