// Whole files: empty, huge, unreadable, of bytes that are no text; and files that a configuration names.
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include "config/loader.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sluice::config {
namespace {

const std::string minimal = "version: 1\nnode: {name: gw1}\nports: {up: {device: a}}\n";

std::string write(const test::TemporaryFolder& folder, const std::string& name, const std::string& text)
{
    std::ofstream(folder.file(name), std::ios::binary) << text;
    return folder.file(name);
}

// The one error of a text or file, as the operator sees it.
std::string only_error(const tl::expected<Loaded, std::vector<Error>>& loaded)
{
    if (loaded) return "accepted";
    return loaded.error().size() == 1 ? loaded.error().front().text() : "several errors";
}

std::string error_of_text(const std::string& text)
{
    return only_error(load_text(text, "gw.yaml"));
}

} // namespace

TEST_CASE("a file with nothing in it is refused")
{
    CHECK(error_of_text("") == "gw.yaml: is empty; start with version: 1");
    CHECK(error_of_text("\n\n") == "gw.yaml: is empty; start with version: 1");
    CHECK(error_of_text("# nothing yet\n") == "gw.yaml: is empty; start with version: 1");
    CHECK(error_of_text("~\n") == "gw.yaml: is empty; start with version: 1");
}

TEST_CASE("tabs and other control characters are refused at their place")
{
    CHECK(error_of_text("version: 1\nnode:\n\tname: gw1\n") == "gw.yaml:3:1: a tab; indent and separate with spaces");
    CHECK(error_of_text("version: 1\t# one\n") == "gw.yaml:1:11: a tab; indent and separate with spaces");
    CHECK(error_of_text("version: 1\nnode: {name: gw\x01}\n") == "gw.yaml:2:16: a control character");
    CHECK(error_of_text(std::string("version: 1\nno\0de: {}\n", 20)) == "gw.yaml:2:3: a control character");
}

TEST_CASE("comments may hold any letters, values only printable ASCII")
{
    CHECK(error_of_text(minimal + "# T\xc3\xbcr\n") == "accepted");
    CHECK(error_of_text("version: 1\nnode: {name: T\xc3\xbcr}\nports: {up: {device: a}}\n") ==
          "gw.yaml:2:14: a value with a line break or characters outside ASCII; write printable ASCII on one line");
}

TEST_CASE("lines may end as on other systems")
{
    CHECK(error_of_text("version: 1\r\nnode: {name: gw1}\r\nports: {up: {device: a}}\r\n") == "accepted");
    CHECK(error_of_text("\xef\xbb\xbf" + minimal) == "accepted"); // a byte order mark
}

TEST_CASE("nesting without end is refused and does not exhaust the stack")
{
    std::string deep = "version: 1\nnode: ";
    for (int i = 0; i < 100'000; ++i)
        deep += "{a: ";
    CHECK(error_of_text(deep) == "gw.yaml:2:1998: nested too deep; no key is that far down");
}

TEST_CASE("a file of 10 MB is refused by its size")
{
    const test::TemporaryFolder folder;
    const std::string path = write(folder, "big.yaml", minimal + std::string(10'000'000 - minimal.size(), '#'));
    CHECK(only_error(load_file(path)) == path + ": is 10000000 bytes long; at most 1 MiB (1048576 bytes) is read");
    CHECK(error_of_text(std::string(10'000'000, '#')) == "gw.yaml: is larger than 1 MiB; a configuration never is");
}

TEST_CASE("a file that is not there or no file is refused")
{
    const test::TemporaryFolder folder;
    CHECK(only_error(load_file(folder.file("absent.yaml"))) ==
          folder.file("absent.yaml") + ": cannot be read: No such file or directory");
    CHECK(only_error(load_file(folder.path())) == folder.path().string() + ": cannot be read: not a regular file");
}

TEST_CASE("a registry's file is looked for beside the configuration and checked with it")
{
    const test::TemporaryFolder folder;
    const std::string text = minimal + "registries: {shop: {file: backends.yaml}}\n";
    const std::string path = write(folder, "gw.yaml", text);
    const std::string place = path + ":4:27: registries.shop.file: ";
    CHECK(only_error(load_file(path)) ==
          place + folder.file("backends.yaml") + ": cannot be read: No such file or directory");

    std::filesystem::create_directory(folder.file("backends.yaml"));
    CHECK(only_error(load_file(path)) == place + folder.file("backends.yaml") + ": cannot be read: not a regular file");

    std::filesystem::remove(folder.file("backends.yaml"));
    write(folder, "backends.yaml", "version: 1\nservices: {com.shop.A: [{address: 10.1.0.310}]}\n");
    CHECK(only_error(load_file(path)) == place + folder.file("backends.yaml") +
                                             ":2:35: services.com.shop.A[0].address: '10.1.0.310' is not an address; "
                                             "write it as 10.1.0.31 or 2001:db8::31");

    write(folder, "backends.yaml", "version: 1\nservices: {com.shop.A: [{address: 10.1.0.31}]}\n");
    const auto loaded = load_file(path);
    REQUIRE(loaded);
    CHECK(loaded->config.registries.at("shop").file == folder.file("backends.yaml"));
}

TEST_CASE("a service that its registry does not know now is warned of")
{
    const test::TemporaryFolder folder;
    write(folder, "backends.yaml", "version: 1\nservices: {com.shop.A: []}\n");
    const std::string path = write(folder, "gw.yaml",
                                   minimal + "registries: {shop: {file: backends.yaml}}\n"
                                             "services:\n"
                                             "  a:\n"
                                             "    {address: 203.0.113.80, ports: [443/tcp], network: public,\n"
                                             "     backends: {registry: shop, service: com.shop.B}}\n");
    const auto loaded = load_file(path);
    REQUIRE(loaded);
    REQUIRE(loaded->warnings.size() == 1);
    CHECK(loaded->warnings.front() ==
          path + ":8:42: services.a.backends.service: 'com.shop.B' is not in " + folder.file("backends.yaml") + " now");
}

} // namespace sluice::config
