// Walks attributes with libmnl; what does not fit its own length is not seen.
#include "control/feeds/netlink/attributes.hpp"

#include <algorithm>
#include <string_view>

namespace sluice::control::netlink {

Attributes::Attributes(const nlmsghdr& message, std::size_t header_bytes)
{
    if (mnl_nlmsg_get_payload_len(&message) < header_bytes) return;
    note_all(static_cast<const nlattr*>(mnl_nlmsg_get_payload_offset(&message, header_bytes)),
             static_cast<const char*>(mnl_nlmsg_get_payload_tail(&message)));
}

Attributes::Attributes(const void* first, std::size_t size)
{
    note_all(static_cast<const nlattr*>(first), static_cast<const char*>(first) + size);
}

// Of several with one number the last one counts.
void Attributes::note_all(const nlattr* first, const char* end)
{
    const nlattr* attribute = first;
    while (mnl_attr_ok(attribute, static_cast<int>(end - reinterpret_cast<const char*>(attribute)))) {
        if (const std::uint16_t type = mnl_attr_get_type(attribute); type < found_.size()) found_[type] = attribute;
        attribute = mnl_attr_next(attribute);
    }
}

const nlattr* Attributes::find(std::uint16_t type) const
{
    return type < found_.size() ? found_[type] : nullptr;
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
