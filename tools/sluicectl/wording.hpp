// How values look as text: one way for each kind, in every table.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dataplane/api/sluice.pb.h"

namespace sluice::ctl {

inline constexpr std::string_view nothing = "–"; // a value that does not exist

[[nodiscard]] std::string known(const std::string& text); // itself; empty: –
[[nodiscard]] std::string counted(std::uint64_t number);  // "1,244"
[[nodiscard]] std::string counted(std::uint64_t number, std::string_view one,
                                  std::string_view many);   // "1 session", "2 sessions"
[[nodiscard]] std::string span(std::uint64_t seconds);      // "41 s", "2m", "3h 12m", "4d 2h"
[[nodiscard]] std::string percent(double share);            // 0.4 → "40.0%"
[[nodiscard]] std::string address(std::string_view packed); // 4 or 16 network-order bytes; empty: –
[[nodiscard]] std::string mac(std::string_view packed);
[[nodiscard]] std::string prefix(const api::Address& address);
[[nodiscard]] std::string endpoint(std::string_view packed,
                                   std::uint32_t port);   // "10.1.0.31:8443", "[2001:db8::1]:443"
[[nodiscard]] std::string protocol(std::uint32_t number); // "tcp", or the number
[[nodiscard]] std::optional<std::uint32_t> protocol_number(std::string_view text); // of a name or 0..255
[[nodiscard]] std::string hexadecimal(std::uint32_t number);                       // "0x1001"
[[nodiscard]] std::string bytes_hexadecimal(std::string_view bytes);               // "0a1b"
template<class Names>
[[nodiscard]] std::string joined(const Names& names, std::string_view between = ", ")
{
    std::string out;
    for (const auto& name : names) {
        if (!out.empty()) out += between;
        out += name;
    }
    return out;
}

} // namespace sluice::ctl
