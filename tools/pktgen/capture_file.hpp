// The frames of a profile, out of a capture file (classic pcap, microseconds, Ethernet), all of them in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dataplane/base/result.hpp"

namespace sluice::pktgen {

class Frames {
public:
    // Frames longer than `largest_frame` and files with none are refused. Reads the file once.
    [[nodiscard]] static Result<Frames> read(const std::string& path);

    [[nodiscard]] std::size_t count() const { return frames_.size(); }
    [[nodiscard]] std::span<const std::byte> operator[](std::size_t index) const
    {
        return std::span(bytes_).subspan(frames_[index].offset, frames_[index].length);
    }

    static constexpr std::uint32_t largest_frame = 1'518;

private:
    struct Place {
        std::size_t offset = 0;
        std::size_t length = 0;
    };
    std::vector<std::byte> bytes_;
    std::vector<Place> frames_;
};

} // namespace sluice::pktgen
