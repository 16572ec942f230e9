// A file header of 24 bytes, then each packet behind a header of 16 (draft-ietf-opsawg-pcap sections 4 and 5).
#include "tools/sluicectl/pcap.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace sluice::ctl {
namespace {

constexpr std::uint32_t nanosecond_magic = 0xA1B23C4D;
constexpr std::uint32_t version_2_4 = 2U | 4U << 16; // two 16-bit fields
constexpr std::uint32_t longest_packet = 65'535;
constexpr std::uint32_t link_type_ethernet = 1;
constexpr std::uint64_t ns_per_second = 1'000'000'000;

void append(std::string& out, std::uint32_t value)
{
    for (int shift = 0; shift < 32; shift += 8)
        out += static_cast<char>(value >> shift & 0xFF);
}

} // namespace

std::string pcap_of(const api::LastDrops& drops)
{
    std::string out;
    for (const std::uint32_t field : {nanosecond_magic, version_2_4, 0U, 0U, longest_packet, link_type_ethernet})
        append(out, field);
    for (const api::LastDrop& drop : drops.drops()) {
        append(out, static_cast<std::uint32_t>(drop.time_ns() / ns_per_second));
        append(out, static_cast<std::uint32_t>(drop.time_ns() % ns_per_second));
        append(out, static_cast<std::uint32_t>(drop.data().size()));
        append(out, drop.length());
        out += drop.data();
    }
    return out;
}

Result<void> write_file(const std::string& path, const std::string& bytes)
{
    errno = 0;
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file) return fail(path, std::string("cannot be written: ") + std::strerror(errno));
    return {};
}

} // namespace sluice::ctl
