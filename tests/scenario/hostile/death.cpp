#include "tests/scenario/hostile/death.hpp"

#include <catch2/catch.hpp>

#include "tests/support/decode.hpp"

namespace sluice::test {
namespace {

// "parse.truncated 1", by name.
std::string text_of(const std::map<std::string, std::uint64_t>& ends)
{
    std::string text;
    for (const auto& [reason, count] : ends)
        text += (text.empty() ? "" : ", ") + reason + " " + std::to_string(count);
    return text;
}

} // namespace

void dies(Bench& bench, const std::string& interface, ByteSpan frame, const std::string& reason, Answer answer,
          ByteSpan behind)
{
    for (const Shape shape : shapes) {
        INFO(reason << " was expected in shape " << static_cast<int>(shape) << " of " << to_hex(frame));
        const auto out = bench.send(interface, frame, shape, behind);
        CHECK(out.size() == (answer == Answer::icmp_error ? 1 : 0));
        CHECK(text_of(bench.ends()) == reason + " 1");
        CHECK(bench.law().balanced());
        CHECK(bench.mbufs_kept() == 0);
    }
}

void passes(Bench& bench, const std::string& interface, ByteSpan frame, const std::string& to)
{
    for (const Shape shape : shapes) {
        INFO("in shape " << static_cast<int>(shape) << ": " << to_hex(frame));
        const auto out = bench.send(interface, frame, shape);
        CHECK(text_of(bench.ends()) == "");
        REQUIRE(out.size() == 1);
        CHECK(out[0].interface == to);
        CHECK_FALSE(out[0].punted);
        CHECK(decode(out[0].frame).faults.empty());
        CHECK(bench.mbufs_kept() == 0);
    }
}

void is_answered(Bench& bench, const std::string& interface, ByteSpan frame, const std::string& reason)
{
    for (const Shape shape : shapes) {
        INFO("in shape " << static_cast<int>(shape) << ": " << to_hex(frame));
        const auto out = bench.send(interface, frame, shape);
        CHECK(text_of(bench.ends()) == reason + " 1");
        REQUIRE(out.size() == 1);
        CHECK(out[0].interface == interface);
        CHECK_FALSE(out[0].punted);
        CHECK(decode(out[0].frame).faults.empty());
        CHECK(bench.mbufs_kept() == 0);
    }
}

void is_punted(Bench& bench, const std::string& interface, ByteSpan frame)
{
    for (const Shape shape : shapes) {
        INFO("in shape " << static_cast<int>(shape) << ": " << to_hex(frame));
        const auto out = bench.send(interface, frame, shape);
        CHECK(text_of(bench.ends()) == "");
        REQUIRE(out.size() == 1);
        CHECK(out[0].punted);
        CHECK(out[0].frame == Bytes(frame.begin(), frame.end()));
        CHECK(bench.mbufs_kept() == 0);
    }
}

void dies_at_every_length(Bench& bench, const std::string& interface,
                          const std::function<Bytes(std::size_t length)>& cut, const std::vector<Range>& ranges)
{
    const Bytes longest = cut(ranges.back().below - 1);
    std::size_t length = 0;
    for (const Range& range : ranges) {
        for (; length < range.below; ++length) {
            INFO("cut to " << length);
            const Bytes frame = cut(length);
            dies(bench, interface, frame, range.reason, Answer::none, rest(longest, frame.size()));
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
