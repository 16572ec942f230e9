// Reading a file of bounded size; the size is asked before a byte is read.
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "config/tree.hpp"

namespace sluice::config {

Result<std::string> read_text_file(const std::string& path)
{
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (error) return fail(path, "cannot be read: " + error.message());
    if (!std::filesystem::is_regular_file(status)) return fail(path, "cannot be read: not a regular file");
    const std::uintmax_t bytes = std::filesystem::file_size(path, error);
    if (error) return fail(path, "cannot be read: " + error.message());
    if (bytes > largest_file_bytes)
        return fail(path, "is " + std::to_string(bytes) + " bytes long; at most 1 MiB (1048576 bytes) is read");
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail(path, std::string("cannot be read: ") + std::strerror(errno));
    return std::string(std::istreambuf_iterator<char>(file), {});
}

} // namespace sluice::config
