#include "tools/pktgen/capture_file.hpp"

#include <cstring>
#include <filesystem>
#include <fstream>

namespace sluice::pktgen {
namespace {

constexpr std::uint32_t magic = 0xA1B2C3D4; // in this machine's byte order

// https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/ sections 4 and 5.
struct FileHeader {
    std::uint32_t magic;
    std::uint16_t major, minor;
    std::uint32_t reserved1, reserved2, snap_length, link_type;
};
struct RecordHeader {
    std::uint32_t seconds, microseconds, captured, length;
};
static_assert(sizeof(FileHeader) == 24 && sizeof(RecordHeader) == 16);

} // namespace

Result<Frames> Frames::read(const std::string& path)
{
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (error) return fail(path, "cannot be read: " + error.message());
    Frames frames;
    frames.bytes_.resize(size);
    std::ifstream file(path, std::ios::binary);
    file.read(reinterpret_cast<char*>(frames.bytes_.data()), static_cast<std::streamsize>(size));
    FileHeader header{};
    if (!file || size < sizeof header) return fail(path, "is too short for a capture");
    std::memcpy(&header, frames.bytes_.data(), sizeof header);
    if (header.magic != magic) return fail(path, "is no capture of this machine's byte order");
    for (std::size_t at = sizeof header; at < size;) {
        RecordHeader record{};
        if (size - at < sizeof record) return fail(path, "ends inside a record's header");
        std::memcpy(&record, frames.bytes_.data() + at, sizeof record);
        at += sizeof record;
        if (record.captured > largest_frame || record.captured > size - at)
            return fail(path, "frame " + std::to_string(frames.count()) + " is too long");
        frames.frames_.push_back({at, record.captured});
        at += record.captured;
    }
    if (frames.frames_.empty()) return fail(path, "holds no frame");
    return frames;
}

} // namespace sluice::pktgen
