// What a provider's name in the registry means, and what is refused of it.
#include <catch2/catch.hpp>

#include "control/feeds/registry/providers.hpp"

namespace sluice::control::registry {
namespace {

std::string why(std::string_view name)
{
    const auto provider = parse_provider_url(name);
    return provider ? "accepted" : provider.error();
}

config::ServiceKey key(std::string_view text)
{
    return config::parse_service_key(text).value();
}

// Percent-encoded as Dubbo does it: everything but letters, digits and "-_.*".
std::string encoded(std::string_view text)
{
    constexpr std::string_view hexadecimal = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || std::string_view("-_.*").find(c) != std::string_view::npos)
            out += c;
        else
            out += {'%', hexadecimal[byte >> 4], hexadecimal[byte & 15]};
    }
    return out;
}

std::string provider(const std::string& place, const std::string& parameters = "")
{
    return encoded("dubbo://" + place + "/com.foo.Bar?anyhost=true&interface=com.foo.Bar" + parameters);
}

} // namespace

TEST_CASE("a provider as Dubbo writes it")
{
    const auto read = parse_provider_url("dubbo%3A%2F%2F10.0.0.5%3A20880%2Fcom.foo.Bar%3Fanyhost%3Dtrue%26application%"
                                         "3Ddemo%26group%3Dblue%26interface%3D"
                                         "com.foo.Bar%26methods%3DsayHello%252Cbye%26pid%3D4711%26side%3Dprovider%"
                                         "26timestamp%3D1700000000000%26version%3D"
                                         "1.0.0%26weight%3D200");
    REQUIRE(read);
    CHECK(read->protocol == "dubbo");
    CHECK(read->address.text() == "10.0.0.5");
    CHECK(read->port == 20880);
    CHECK(read->weight == 200);
    CHECK(read->interface == "com.foo.Bar");
    CHECK(read->group == "blue");
    CHECK(read->version == "1.0.0");
    CHECK_FALSE(read->disabled);
}

TEST_CASE("what a provider leaves out has Dubbo's defaults")
{
    const auto read = parse_provider_url("tri%3A%2F%2F10.0.0.5%3A50051");
    REQUIRE(read);
    CHECK(read->protocol == "tri");
    CHECK(read->weight == 100);
    CHECK(read->group.empty());
    CHECK(read->version.empty());
    CHECK(parse_provider_url(provider("10.0.0.5:1", "&version=0.0.0"))->version.empty());
    CHECK(parse_provider_url(provider("10.0.0.5:1", "&disabled=true"))->disabled);
    CHECK_FALSE(parse_provider_url(provider("10.0.0.5:1", "&disabled=false"))->disabled);
    CHECK(parse_provider_url(provider("10.0.0.5:1", "&enabled=false"))->disabled);
    CHECK(parse_provider_url(provider("user:secret@10.0.0.5:20880"))->address.text() == "10.0.0.5");
    CHECK(parse_provider_url(provider("10.0.0.5:65535", "&weight=0"))->weight == 0);
    const auto six = parse_provider_url(provider("[2001:db8::5]:20880"));
    REQUIRE(six);
    CHECK(six->address.text() == "2001:db8::5");
    CHECK(six->port == 20880);
}

TEST_CASE("what is no provider is refused with the reason")
{
    const struct {
        std::string name;
        std::string reason;
    } rows[]{
        {"", "the name '' is not a URL with a protocol"},
        {"garbage", "the name 'garbage' is not a URL with a protocol"},
        {"%3A%2F%2F10.0.0.5%3A1", "the name '://10.0.0.5:1' is not a URL with a protocol"},
        {"dubbo%3A%2F%2", "the escape '%2' is not % and two hexadecimal digits"},
        {"dubbo%3A%2F%2G10", "the escape '%2G' is not % and two hexadecimal digits"},
        {"dubbo%", "the escape '%' is not % and two hexadecimal digits"},
        {"consumer%3A%2F%2F10.0.0.5%2Fcom.foo.Bar", "the protocol 'consumer' is not that of a provider"},
        {"empty%3A%2F%2F10.0.0.5%3A1%2Fcom.foo.Bar", "the protocol 'empty' is not that of a provider"},
        {provider("10.0.0.5"), "the host '10.0.0.5' has no port"},
        {provider("[2001:db8::5]"), "the host '[2001:db8::5]' has no port"},
        {provider(""), "the host '' has no port"},
        {provider("shop1.example:20880"),
         "the host 'shop1.example' is not an address; names are not looked up, and IPv6 "
         "stands in brackets"},
        {provider("2001:db8::5:20880"), "the host '2001:db8::5' is not an address; names are not looked up, and IPv6 "
                                        "stands in brackets"},
        {provider("[10.0.0.5]:20880"),
         "the host '[10.0.0.5]' is not an address; names are not looked up, and IPv6 stands "
         "in brackets"},
        {provider("10.0.0.05:20880"),
         "the host '10.0.0.05' is not an address; names are not looked up, and IPv6 stands "
         "in brackets"},
        {provider("127.0.0.1:20880"), "the host '127.0.0.1' is no address of a machine on the network"},
        {provider("0.0.0.0:20880"), "the host '0.0.0.0' is no address of a machine on the network"},
        {provider("255.255.255.255:20880"), "the host '255.255.255.255' is no address of a machine on the network"},
        {provider("[ff02::1]:20880"), "the host 'ff02::1' is no address of a machine on the network"},
        {provider("10.0.0.5:0"), "the port '0' is not within 1..65535"},
        {provider("10.0.0.5:70000"), "the port '70000' is not within 1..65535"},
        {provider("10.0.0.5:-1"), "the port '-1' is not within 1..65535"},
        {provider("10.0.0.5:"), "the port '' is not within 1..65535"},
        {provider("10.0.0.5:20880x"), "the port '20880x' is not within 1..65535"},
        {provider("10.0.0.5:1", "&weight=-1"), "the weight '-1' is not within 0..65535"},
        {provider("10.0.0.5:1", "&weight=65536"), "the weight '65536' is not within 0..65535"},
        {provider("10.0.0.5:1", "&weight=99999999999999999999"),
         "the weight '99999999999999999999' is not within 0..65535"},
        {provider("10.0.0.5:1", "&weight=heavy"), "the weight 'heavy' is not within 0..65535"},
        {provider("10.0.0.5:1", "&weight=1&weight=2"), "the parameter 'weight' is there twice"},
        {provider("10.0.0.5:1", "&disabled=perhaps"), "disabled 'perhaps' is neither true nor false"},
        {provider("10.0.0.5:1", "&application=%zz"), "the escape '%zz' is not % and two hexadecimal digits"},
        {provider("10.0.0.5:1", "&group=" + std::string(256, 'g')),
         "the group '" + std::string(48, 'g') + "...' is not a word of at most 255 characters"},
        {std::string(8'193, 'a'), "the name '" + std::string(48, 'a') + "...' has 8193 characters; 8192 are read"},
    };
    for (const auto& [name, reason] : rows) {
        CAPTURE(name.substr(0, 100));
        CHECK(why(name) == reason);
    }
    // What is quoted cannot break a line of the log or a terminal.
    CHECK(why("dubbo://\x1b[31m\n:1") ==
          "the host '?[31m?' is not an address; names are not looked up, and IPv6 stands in "
          "brackets");
}

TEST_CASE("one bad provider is skipped and counted, the others stand")
{
    const Providers read =
        read_providers("com.foo.Bar", {provider("10.0.0.5:70000"), provider("10.0.0.6:1"), provider("10.0.0.7:1"),
                                       "dubbo", encoded("dubbo://10.0.0.8:1/x?interface=com.foo.Baz")});
    REQUIRE(read.good.size() == 2);
    CHECK(read.good[0].address.text() == "10.0.0.6");
    CHECK(read.good[1].address.text() == "10.0.0.7");
    CHECK(read.skipped == 3);
    CHECK(read.first_skipped == "com.foo.Bar: the name 'dubbo' is not a URL with a protocol");
}

TEST_CASE("a provider that came back is one, two that contradict each other are the first")
{
    const Providers back =
        read_providers("com.foo.Bar", {provider("10.0.0.5:1", "&timestamp=2"), provider("10.0.0.5:1", "&timestamp=1")});
    CHECK(back.good.size() == 1);
    CHECK(back.skipped == 0);
    const Providers differ =
        read_providers("com.foo.Bar", {provider("10.0.0.5:1", "&weight=7"), provider("10.0.0.5:1", "&weight=5")});
    REQUIRE(differ.good.size() == 1);
    CHECK(differ.good[0].weight == 5);
    CHECK(differ.skipped == 1);
    CHECK(differ.first_skipped ==
          "com.foo.Bar: 10.0.0.5:1 is there twice and differs; the first in the order of names counts");
}

TEST_CASE("a service key means the providers that a consumer of Dubbo would take")
{
    const std::vector<Provider> all =
        read_providers("com.foo.Bar",
                       {provider("10.0.0.1:1"), provider("10.0.0.2:1", "&version=1.0.0"),
                        provider("10.0.0.3:1", "&group=blue"), provider("10.0.0.4:1", "&group=blue&version=1.0.0"),
                        provider("10.0.0.5:1", "&disabled=true"), encoded("tri://10.0.0.6:1/com.foo.Bar")})
            .good;
    const auto meant = [&](std::string_view text) {
        std::string out;
        for (const config::Backend& backend : backends_for(key(text), all))
            out += backend.address.text().substr(7) + (backend.weight == 0 ? "- " : " ");
        return out;
    };
    CHECK(meant("com.foo.Bar") == "1 5- 6 ");
    CHECK(meant("com.foo.Bar:1.0.0") == "2 ");
    CHECK(meant("blue/com.foo.Bar") == "3 ");
    CHECK(meant("blue/com.foo.Bar:1.0.0") == "4 ");
    CHECK(meant("*/com.foo.Bar:*") == "1 2 3 4 5- 6 ");
    CHECK(meant("tri://com.foo.Bar") == "6 ");
    CHECK(meant("green/com.foo.Bar").empty());
}

} // namespace sluice::control::registry
