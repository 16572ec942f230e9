// Frames of the contract: a 32-bit little-endian length, then one protobuf message. client.hpp and server.hpp are the
// ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dataplane/api/sluice.pb.h"
#include "dataplane/base/result.hpp"

namespace sluice::api {

inline constexpr std::uint32_t version = 1;
inline constexpr std::size_t max_frame_bytes = 64U << 20; // a longer one ends the connection
inline constexpr std::size_t frame_header_bytes = sizeof(std::uint32_t);

// Appends the length and the message. false when the message is longer than max_frame_bytes; `out` is then unchanged.
[[nodiscard]] bool append_frame(const google::protobuf::MessageLite& message, std::string& out);

// Cuts a byte stream into messages, whatever pieces it arrives in. Memory grows with the bytes that really arrived,
// never with the length that a peer merely claims.
class FrameReader {
public:
    explicit FrameReader(std::size_t limit_bytes = max_frame_bytes)
        : limit_bytes_(limit_bytes)
    {
    }

    void append(std::string_view bytes);
    // The next whole message's bytes, valid until the next append; nullopt when more must arrive first.
    // An error means that the length is past the limit: the stream cannot be followed any further.
    [[nodiscard]] Result<std::optional<std::string_view>> next();

private:
    std::size_t limit_bytes_;
    std::string buffer_;
    std::size_t consumed_ = 0;
};

[[nodiscard]] Reply failure(std::string what);

} // namespace sluice::api
