#include "tests/scenario/why.hpp"

#include "dataplane/base/address.hpp"

namespace sluice::test {
namespace {

std::string packed(std::string_view text)
{
    return IpAddress::parse(text).value().packed();
}

} // namespace

api::Explain question(const std::string& network, std::string_view source, std::uint32_t source_port,
                      std::string_view destination, std::uint32_t destination_port, std::uint32_t protocol)
{
    api::Explain asked;
    asked.set_network(network);
    asked.set_source(packed(source));
    asked.set_source_port(source_port);
    asked.set_destination(packed(destination));
    asked.set_destination_port(destination_port);
    asked.set_protocol(protocol);
    return asked;
}

} // namespace sluice::test
