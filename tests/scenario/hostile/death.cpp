#include "tests/scenario/hostile/death.hpp"

#include <catch2/catch.hpp>

namespace sluice::test {

void dies(Bench& bench, const std::string& interface, ByteSpan frame, const std::string& reason, Answer answer)
{
    for (const Shape shape : shapes) {
        INFO(reason << " was expected in shape " << static_cast<int>(shape) << " of " << to_hex(frame));
        const auto out = bench.send(interface, frame, shape);
        CHECK(out.size() == (answer == Answer::icmp_error ? 1 : 0));
        CHECK(bench.ends() == std::map<std::string, std::uint64_t>{{reason, 1}});
        CHECK(bench.law().balanced());
    }
}

void dies_at_every_length(Bench& bench, const std::string& interface,
                          const std::function<Bytes(std::size_t length)>& cut, const std::vector<Range>& ranges)
{
    std::size_t length = 0;
    for (const Range& range : ranges) {
        for (; length < range.below; ++length) {
            INFO("cut to " << length);
            dies(bench, interface, cut(length), range.reason);
        }
    }
}

Bytes first(const Bytes& bytes, std::size_t length)
{
    return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length)};
}

Bytes rest(const Bytes& bytes, std::size_t length)
{
    return {bytes.begin() + static_cast<std::ptrdiff_t>(length), bytes.end()};
}

void die(Bench& bench, const std::vector<Row>& rows)
{
    for (const Row& row : rows) {
        INFO(row.what);
        dies(bench, row.interface, row.packet.bytes(), row.reason, row.answer);
    }
}

} // namespace sluice::test
