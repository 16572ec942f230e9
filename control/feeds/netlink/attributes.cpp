// Walks attributes with libmnl; what does not fit its own length is not seen.
#include "control/feeds/netlink/attributes.hpp"

#include <algorithm>
#include <string_view>

namespace sluice::control::netlink {

Attributes::Attributes(const nlmsghdr& message, std::size_t header_bytes)
{
    if (mnl_nlmsg_get_payload_len(&message) < header_bytes) return;
    const auto* attribute = static_cast<const nlattr*>(mnl_nlmsg_get_payload_offset(&message, header_bytes));
    const auto* end = static_cast<const char*>(mnl_nlmsg_get_payload_tail(&message));
    while (mnl_attr_ok(attribute, static_cast<int>(end - reinterpret_cast<const char*>(attribute)))) {
        found_.insert_or_assign(mnl_attr_get_type(attribute), attribute);
        attribute = mnl_attr_next(attribute);
    }
}

Attributes::Attributes(const void* first, std::size_t size)
{
    const auto* attribute = static_cast<const nlattr*>(first);
    const char* end = static_cast<const char*>(first) + size;
    while (mnl_attr_ok(attribute, static_cast<int>(end - reinterpret_cast<const char*>(attribute)))) {
        found_.insert_or_assign(mnl_attr_get_type(attribute), attribute);
        attribute = mnl_attr_next(attribute);
    }
}

const nlattr* Attributes::find(std::uint16_t type) const
{
    const auto found = found_.find(type);
    return found == found_.end() ? nullptr : found->second;
}

std::optional<std::string> Attributes::text(std::uint16_t type) const
{
    const nlattr* attribute = find(type);
    if (attribute == nullptr) return std::nullopt;
    const std::string_view bytes(static_cast<const char*>(mnl_attr_get_payload(attribute)),
                                 mnl_attr_get_payload_len(attribute));
    return std::string(bytes.substr(0, bytes.find('\0')));
}

std::optional<IpAddress> Attributes::address(std::uint16_t type) const
{
    const nlattr* attribute = find(type);
    if (attribute == nullptr) return std::nullopt;
    return IpAddress::unpack(
        {static_cast<const char*>(mnl_attr_get_payload(attribute)), mnl_attr_get_payload_len(attribute)});
}

std::optional<MacAddress> Attributes::mac(std::uint16_t type) const
{
    MacAddress mac;
    const nlattr* attribute = find(type);
    if (attribute == nullptr || mnl_attr_get_payload_len(attribute) != mac.bytes.size()) return std::nullopt;
    std::memcpy(mac.bytes.data(), mnl_attr_get_payload(attribute), mac.bytes.size());
    return mac;
}

} // namespace sluice::control::netlink
