#include "tests/scenario/mutator.hpp"

namespace sluice::test {

Bytes Mutator::mutate(Bytes frame)
{
    for (std::size_t changes = 1 + below(4); changes > 0 && frame.size() > 13; --changes) {
        const std::size_t at = 12 + below(frame.size() - 12);
        switch (below(4)) {
        case 0:
            frame[at] = static_cast<std::uint8_t>(below(256));
            break;
        case 1:
            frame[at] = static_cast<std::uint8_t>(frame[at] ^ 1U << below(8));
            break;
        case 2:
            frame[at] = below(2) == 0 ? 0x00 : 0xFF;
            break;
        default:
            frame.resize(at + below(2) * 40);
            break;
        }
    }
    repair(frame);
    return frame;
}

void Mutator::repair(Bytes& frame)
{
    const std::size_t ip = frame.size() > 18 && frame[12] == 0x81 && frame[13] == 0x00 ? 18 : 14;
    if (below(2) == 0 || frame.size() < ip + 20 || frame[ip] >> 4 != 4) return;
    const std::size_t header = std::min<std::size_t>((frame[ip] & 15U) * 4U, frame.size() - ip);
    if (header < 20) return;
    write_number(frame, ip + 10, 2, 0);
    write_number(frame, ip + 10, 2, reference_checksum(ByteSpan(frame).subspan(ip, header)));
}

} // namespace sluice::test
