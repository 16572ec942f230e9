// Framing and the one shape of a refusal.
#include "dataplane/api/frame.hpp"

#include <array>
#include <utility>

#include <google/protobuf/io/coded_stream.h>

namespace sluice::api {
namespace {

constexpr std::size_t kept_capacity_bytes = 1U << 20; // what an idle connection may keep of a large message's buffer

} // namespace

bool append_frame(const google::protobuf::MessageLite& message, std::string& out)
{
    using google::protobuf::io::CodedOutputStream;
    const std::size_t length = message.ByteSizeLong();
    if (length > max_frame_bytes) return false;
    std::array<std::uint8_t, frame_header_bytes> header{};
    CodedOutputStream::WriteLittleEndian32ToArray(static_cast<std::uint32_t>(length), header.data());
    const std::size_t before = out.size();
    out.append(header.begin(), header.end());
    if (message.AppendToString(&out)) return true;
    out.resize(before);
    return false;
}

void FrameReader::append(std::string_view bytes)
{
    if (consumed_ >= buffer_.size() / 2) { // a byte is moved once at most, on average
        buffer_.erase(0, consumed_);
        consumed_ = 0;
        if (buffer_.empty() && buffer_.capacity() > kept_capacity_bytes) buffer_.shrink_to_fit();
    }
    buffer_.append(bytes);
}

Result<std::optional<std::string_view>> FrameReader::next()
{
    using google::protobuf::io::CodedInputStream;
    const std::string_view left = std::string_view(buffer_).substr(consumed_);
    if (left.size() < frame_header_bytes) return std::nullopt;
    std::uint32_t length = 0;
    CodedInputStream::ReadLittleEndian32FromArray(reinterpret_cast<const std::uint8_t*>(left.data()), &length);
    if (length > limit_bytes_)
        return fail("", "a frame of " + std::to_string(length) + " bytes; at most " + std::to_string(limit_bytes_) +
                            " are taken");
    if (left.size() - frame_header_bytes < length) return std::nullopt;
    consumed_ += frame_header_bytes + length;
    return left.substr(frame_header_bytes, length);
}

Reply failure(std::string what)
{
    Reply reply;
    reply.mutable_failure()->set_what(std::move(what));
    return reply;
}

} // namespace sluice::api
