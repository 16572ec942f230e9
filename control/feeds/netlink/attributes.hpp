// Attributes of one rtnetlink message, by number, with their lengths checked before they are read.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include <libmnl/libmnl.h>

#include "dataplane/base/address.hpp"

namespace sluice::control::netlink {

class Attributes {
public:
    // Of a whole message, behind its family header of `header_bytes`.
    Attributes(const nlmsghdr& message, std::size_t header_bytes);
    // Of `size` bytes at `first` (a next hop within RTA_MULTIPATH).
    Attributes(const void* first, std::size_t size);

    [[nodiscard]] bool has(std::uint16_t type) const { return find(type) != nullptr; }
    [[nodiscard]] std::optional<std::string> text(std::uint16_t type) const;
    [[nodiscard]] std::optional<IpAddress> address(std::uint16_t type) const; // 4 or 16 bytes
    [[nodiscard]] std::optional<MacAddress> mac(std::uint16_t type) const;    // 6 bytes
    [[nodiscard]] const nlattr* find(std::uint16_t type) const;

    template<class Integer>
    [[nodiscard]] std::optional<Integer> integer(std::uint16_t type) const
    {
        const nlattr* attribute = find(type);
        if (attribute == nullptr || mnl_attr_get_payload_len(attribute) != sizeof(Integer)) return std::nullopt;
        Integer value;
        std::memcpy(&value, mnl_attr_get_payload(attribute), sizeof value);
        return value;
    }

private:
    void note_all(const nlattr* first, const char* end);

    // rtnetlink's numbers that are asked for are small; what is beyond is not seen.
    std::array<const nlattr*, 64> found_{};
};

} // namespace sluice::control::netlink
