// Framing: what goes in comes out, in whatever pieces; a length past the limit is an error at once.
#include <catch2/catch.hpp>

#include "dataplane/api/frame.hpp"

namespace sluice::api {
namespace {

std::string frame_of(const google::protobuf::MessageLite& message)
{
    std::string out;
    REQUIRE(append_frame(message, out));
    return out;
}

Reply parsed(std::string_view bytes)
{
    Reply reply;
    REQUIRE(reply.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    return reply;
}

} // namespace

TEST_CASE("a frame is a 32-bit little-endian length and the message")
{
    Reply reply;
    reply.set_id(5);
    REQUIRE(frame_of(reply) == std::string("\x02\0\0\0\x08\x05", 6));
}

TEST_CASE("a frame that arrives byte by byte is delivered once, when it is whole")
{
    const std::string bytes = frame_of(failure("no"));
    FrameReader reader;
    for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
        reader.append(bytes.substr(i, 1));
        REQUIRE(reader.next().value() == std::nullopt);
    }
    reader.append(bytes.substr(bytes.size() - 1));
    REQUIRE(parsed(reader.next().value().value()).failure().what() == "no");
    REQUIRE(reader.next().value() == std::nullopt);
}

TEST_CASE("many frames in one piece come out in order, an empty message too")
{
    std::string bytes;
    for (std::uint64_t id = 0; id < 1'000; ++id) {
        Reply reply;
        reply.set_id(id);
        bytes += frame_of(reply);
    }
    FrameReader reader;
    reader.append(bytes);
    for (std::uint64_t id = 0; id < 1'000; ++id)
        REQUIRE(parsed(reader.next().value().value()).id() == id);
    REQUIRE(reader.next().value() == std::nullopt);
}

TEST_CASE("pieces that end inside later frames lose nothing")
{
    std::string bytes;
    for (int i = 0; i < 200; ++i)
        bytes += frame_of(failure(std::string(static_cast<std::size_t>(i), 'x')));
    for (const std::size_t piece : {1U, 3U, 7U, 64U, 1'000U}) {
        FrameReader reader;
        std::size_t seen = 0;
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            reader.append(std::string_view(bytes).substr(at, piece));
            for (auto next = reader.next().value(); next; next = reader.next().value())
                REQUIRE(parsed(*next).failure().what().size() == seen++);
        }
        REQUIRE(seen == 200);
    }
}

TEST_CASE("a length past the limit is refused before its bytes arrive")
{
    FrameReader reader(100);
    SECTION("just past it")
    {
        reader.append(std::string("\x65\0\0\0", 4));
    }
    SECTION("the largest there is")
    {
        reader.append("\xff\xff\xff\xff");
    }
    const auto next = reader.next();
    REQUIRE_FALSE(next);
    REQUIRE(next.error().what.find("at most 100 are taken") != std::string::npos);
}

TEST_CASE("a message longer than a frame may be is not appended")
{
    std::string out = "kept";
    REQUIRE_FALSE(append_frame(failure(std::string(max_frame_bytes, 'x')), out));
    REQUIRE(out == "kept");
}

} // namespace sluice::api
