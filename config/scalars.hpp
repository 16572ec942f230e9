// Scalars as people write them: quantities carry their unit, numbers are decimal (or 0x where a key says so).
// Every function takes the whole text of a scalar; its error is one sentence that says what would be right.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "config/schema.hpp"

namespace sluice::config {

template<class T>
using Scalar = tl::expected<T, std::string>;

struct HostPort {
    std::string host; // a name or an address, without brackets
    std::uint16_t port = 0;
};

[[nodiscard]] Scalar<std::uint64_t> parse_count(std::string_view text);      // 7, 64k, 1500k, 4M (thousands, millions)
[[nodiscard]] Scalar<std::uint64_t> parse_identifier(std::string_view text); // 4097 or 0x1001
[[nodiscard]] Scalar<std::uint64_t> parse_bytes(std::string_view text);      // 512KiB, 64MiB, 8GiB
[[nodiscard]] Scalar<std::chrono::milliseconds> parse_duration(std::string_view text); // 300ms, 10s, 4m, 2h4m
[[nodiscard]] Scalar<bool> parse_boolean(std::string_view text);                       // true, false
[[nodiscard]] Scalar<std::vector<unsigned>> parse_cores(std::string_view text);        // 1 or 2-7 or 1,4-6
[[nodiscard]] Scalar<std::pair<std::uint16_t, std::uint16_t>> parse_port_range(std::string_view text); // 1024-65535
[[nodiscard]] Scalar<ServicePort> parse_service_port(std::string_view text); // 443/tcp, 53/udp
[[nodiscard]] Scalar<Community> parse_community(std::string_view text);      // 64512:100, 4200000001:1:2, no-export
[[nodiscard]] Scalar<HostPort> parse_host_port(std::string_view text); // zk1:2181, 10.0.0.5:2181, [2001:db8::5]:2181
[[nodiscard]] Scalar<ListenAddress> parse_listen_address(std::string_view text); // 127.0.0.1:9469, [::1]:9469
[[nodiscard]] Scalar<IpAddress> parse_address(std::string_view text);
[[nodiscard]] Scalar<Ipv4Address> parse_ipv4(std::string_view text);
[[nodiscard]] Scalar<Prefix> parse_interface_address(std::string_view text); // host bits kept
[[nodiscard]] Scalar<Prefix> parse_prefix(std::string_view text);            // host bits must be zero
[[nodiscard]] Scalar<MacAddress> parse_mac(std::string_view text);

// The forms above, written: "2h4m", "8GiB", "5.1 GiB".
[[nodiscard]] std::string duration_text(std::chrono::milliseconds duration);
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);
[[nodiscard]] std::string rounded_bytes_text(std::uint64_t bytes);

} // namespace sluice::config
